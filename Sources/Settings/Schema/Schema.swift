/// Everything that can be set in a `Root`: the one table from which files and the environment are
/// read, values are checked, and the documentation is written.
///
/// ```swift
/// let schema = Schema<Limits>(settings: [
///   Setting("server.listen", \.listen, .text(), "Address and port."),
///   Setting("server.idle", \.idleMs, .duration(in: 1000...60_000), "Time to idle."),
/// ])
/// let loaded = try schema.load(Limits(), file: ("limits.yaml", bytes), environment: environment)
/// ```
public struct Schema<Root>: Sendable {
  /// Values that must go together.
  public struct Rule: Sendable {
    let path: String
    let message: String
    let holds: @Sendable (Root) -> Bool

    /// A rule; the place of the setting `path` is named when it does not hold.
    public init(
      _ path: String, _ message: String, holds: @escaping @Sendable (Root) -> Bool
    ) {
      self.path = path
      self.message = message
      self.holds = holds
    }
  }

  /// The settings in the order in which they are written out.
  public let settings: [Setting<Root>]
  /// The maps, written out after the settings of their block.
  public let families: [Family<Root>]
  /// What each block is for, by its path.
  public let sections: [String: String]
  /// Rules over several settings.
  public let rules: [Rule]

  /// A schema from its parts.
  public init(
    settings: [Setting<Root>], families: [Family<Root>] = [], sections: [String: String] = [:],
    rules: [Rule] = []
  ) {
    self.settings = settings
    self.families = families
    self.sections = sections
    self.rules = rules
  }

  /// The same schema for a value that `Outer` holds.
  func lifted<Outer>(_ prefix: String, _ lens: Lens<Outer, Root>) -> Schema<Outer> {
    Schema<Outer>(
      settings: settings.map { $0.lifted(prefix, lens) },
      families: families.map { $0.lifted(prefix, lens) },
      sections: Dictionary(
        uniqueKeysWithValues: sections.map { (prefix + "." + $0.key, $0.value) }),
      rules: rules.map { rule in
        Schema<Outer>.Rule(prefix + "." + rule.path, rule.message) { rule.holds(lens.get($0)) }
      })
  }

  /// Every setting that `root` has, those under the names of its maps included, in their order.
  public func all(in root: Root) -> [Setting<Root>] {
    settings
      + families.flatMap { family in
        family.present(root).flatMap { family.schema($0).all(in: root) }
      }
  }

  /// Every rule that applies to `root`.
  func allRules(in root: Root) -> [Rule] {
    rules
      + families.flatMap { family in
        family.present(root).flatMap { family.schema($0).allRules(in: root) }
      }
  }

  /// What stands at a path.
  enum Target {
    case setting(Setting<Root>)
    case block
    case unknown
  }

  /// What stands at `path`, of which the names inside maps need not be there yet.
  func target(_ path: String) throws(SettingFault) -> Target {
    if let setting = settings.first(where: { $0.path == path }) { return .setting(setting) }
    for family in families {
      if family.path == path { return .block }
      guard path.hasPrefix(family.path + ".") else { continue }
      let name = String(path.dropFirst(family.path.count + 1).prefix { $0 != "." })
      let schema = try family.member(name)
      return path == family.path + "." + name && schema.settings.first?.path != path
        ? .block : try schema.target(path)
    }
    let prefix = path + "."
    let isBlock =
      settings.contains { $0.path.hasPrefix(prefix) }
      || families.contains { $0.path.hasPrefix(prefix) }
    return isBlock ? .block : .unknown
  }
}

extension Schema {
  /// A schema made of blocks, in their order.
  public init(blocks: [Schema], families: [Family<Root>] = [], rules: [Rule] = []) {
    self.init(
      settings: blocks.flatMap(\.settings), families: blocks.flatMap(\.families) + families,
      sections: blocks.reduce(into: [:]) { $0.merge($1.sections) { first, _ in first } },
      rules: blocks.flatMap(\.rules) + rules)
  }

  /// A block: the schema of a part of the root, under the name `path`.
  public static func block<Part>(
    _ path: String, _ keyPath: any WritableKeyPath<Root, Part> & Sendable, _ schema: Schema<Part>,
    _ doc: String
  ) -> Schema {
    let lens = Lens<Root, Part> {
      $0[keyPath: keyPath]
    } set: {
      $0[keyPath: keyPath] = $1
    }
    let lifted = schema.lifted(path, lens)
    return Schema(
      settings: lifted.settings, families: lifted.families,
      sections: lifted.sections.merging([path: doc]) { first, _ in first }, rules: lifted.rules)
  }
}
