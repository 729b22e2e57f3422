/// A configuration and where each of its values comes from.
public struct Loaded<Root> {
  /// The configuration, checked.
  public var value: Root
  /// Where a setting comes from, by its path; what is not here is the program's own.
  public var origins: [String: SettingOrigin]

  /// A configuration with its origins.
  public init(value: Root, origins: [String: SettingOrigin] = [:]) {
    self.value = value
    self.origins = origins
  }

  /// Where the setting at `path` comes from.
  public func origin(of path: String) -> SettingOrigin { origins[path] ?? .shipped }
}

extension Loaded: Sendable where Root: Sendable {}

extension Schema {
  /// Reads a configuration: the defaults, over them a file, over it the environment, over it the
  /// command line.
  ///
  /// - Parameters:
  ///   - defaults: the values of what nobody sets.
  ///   - file: name and bytes of a YAML file, if there is one.
  ///   - environment: variables; those that begin with `prefix` are read, with two underscores
  ///     between the parts of a path: `UPDRAFT__SERVER__LISTEN`.
  ///   - flags: what the command line sets, in its order.
  /// - Throws: everything that is wrong, at once.
  public func load(
    _ defaults: Root, file: (name: String, bytes: [UInt8])? = nil,
    environment: [String: String] = [:], prefix: String = "UPDRAFT__", flags: [SettingFlag] = []
  ) throws(SettingsErrors) -> Loaded<Root> {
    var loader = Loader(schema: self, root: defaults)
    if let file {
      do {
        loader.block(try YAMLReader.read(file.bytes, file: file.name), path: "")
      } catch {
        loader.errors.append(error)
      }
    }
    for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
      let path = Schema.path(of: name.dropFirst(prefix.count))
      loader.assign(text, path: path, from: .environment(name))
    }
    for flag in flags { loader.assign(flag.text, path: flag.path, from: .flag(flag.name)) }
    if loader.errors.isEmpty { loader.checkRules() }
    if !loader.errors.isEmpty { throw SettingsErrors(errors: loader.errors) }
    return Loaded(value: loader.root, origins: loader.origins)
  }

  /// `SERVER__LISTEN` names `server.listen`.
  private static func path(of name: Substring) -> String {
    var parts: [String] = [""]
    var rest = name.lowercased()[...]
    while let character = rest.first {
      if rest.hasPrefix("__") {
        parts.append("")
        rest = rest.dropFirst(2)
      } else {
        parts[parts.count - 1].append(character)
        rest = rest.dropFirst()
      }
    }
    return parts.joined(separator: ".")
  }
}

/// Applies values to a root and gathers what is wrong with them.
private struct Loader<Root> {
  let schema: Schema<Root>
  var root: Root
  var origins: [String: SettingOrigin] = [:]
  var errors: [SettingsError] = []

  init(schema: Schema<Root>, root: Root) {
    self.schema = schema
    self.root = root
  }

  /// A block of the file; `path` is empty for the whole file.
  mutating func block(_ node: YAMLNode, path: String) {
    switch node.content {
    case .null: return
    case .mapping(let entries):
      for entry in entries {
        self.entry(entry, path: path.isEmpty ? entry.key : path + "." + entry.key)
      }
    default:
      fail(.invalidValue, node.origin, path, "expected a block of settings, found \(node.found)")
    }
  }

  private mutating func entry(_ entry: YAMLNode.Entry, path: String) {
    do {
      // A dot inside a key would reach through blocks.
      switch entry.key.contains(".") ? .unknown : try schema.target(path) {
      case .setting(let setting): apply(setting, entry.value, at: entry.origin)
      case .block: block(entry.value, path: path)
      case .unknown: unknown(path, entry.origin)
      }
    } catch {
      fail(error.code, entry.origin, path, error.message)
    }
  }

  /// One value from outside the file.
  mutating func assign(_ text: String, path: String, from origin: SettingOrigin) {
    do {
      switch try schema.target(path) {
      case .setting(let setting):
        apply(setting, YAMLNode(.scalar(text, quoted: false), at: origin), at: origin)
      case .block:
        fail(.invalidValue, origin, path, "a block of settings; name one of them")
      case .unknown: unknown(path, origin)
      }
    } catch {
      fail(error.code, origin, path, error.message)
    }
  }

  private mutating func apply(_ setting: Setting<Root>, _ node: YAMLNode, at origin: SettingOrigin)
  {
    do {
      try setting.apply(&root, node)
      origins[setting.path] = origin
    } catch {
      fail(error.code, node.origin, setting.path, error.message)
    }
  }

  mutating func checkRules() {
    for rule in schema.allRules(in: root) where !rule.holds(root) {
      fail(.conflict, origins[rule.path] ?? .shipped, rule.path, rule.message)
    }
  }

  /// The nearest path, or the path elsewhere whose last part is the same.
  private mutating func unknown(_ path: String, _ origin: SettingOrigin) {
    var paths = schema.all(in: root).map(\.path) + schema.families.map(\.path)
    paths += schema.sections.keys.sorted()
    let last = path.split(separator: ".").last.map { "." + $0 }
    let elsewhere = last.flatMap { last in paths.first { $0.hasSuffix(last) } }
    let hint = Suggestion.closest(toPath: path, in: paths) ?? elsewhere
    let message = hint.map { "unknown key; did you mean \($0)?" } ?? "unknown key"
    fail(.unknownKey, origin, path, message)
  }

  private mutating func fail(
    _ code: SettingsError.Code, _ origin: SettingOrigin, _ path: String, _ message: String
  ) {
    errors.append(SettingsError(code, at: origin, path: path, message: message))
  }
}
