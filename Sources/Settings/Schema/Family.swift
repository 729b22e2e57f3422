/// Settings that a map holds under names of the user's choice, or of a given list: the surfaces,
/// the weights of a scorer.
public struct Family<Root>: Sendable {
  /// The path of the map, such as `surfaces`.
  public let path: String
  /// What the map holds, in a sentence.
  public let doc: String
  /// The names that may stand in it; nil: any name of lower-case letters, digits, `-` and `_`.
  public let names: [String]?
  /// The names that a value has, sorted.
  let present: @Sendable (Root) -> [String]
  /// What can be set under one name.
  let schema: @Sendable (String) -> Schema<Root>

  /// A map from names to blocks of settings. A name that is new starts as `template`.
  public static func blocks<Block: Sendable>(
    _ path: String, _ keyPath: any WritableKeyPath<Root, [String: Block]> & Sendable,
    template: Block, _ schema: Schema<Block>, _ doc: String
  ) -> Family {
    Family(path: path, doc: doc, names: nil) {
      $0[keyPath: keyPath].keys.sorted()
    } schema: { name in
      let lens = Lens<Root, Block> {
        $0[keyPath: keyPath][name] ?? template
      } set: {
        $0[keyPath: keyPath][name] = $1
      }
      return schema.lifted("\(path).\(name)", lens)
    }
  }

  /// A map from names to values. What a file gives is added to the values that are there, so that
  /// one of them can be changed alone.
  public static func values<Value: Sendable>(
    _ path: String, _ keyPath: any WritableKeyPath<Root, [String: Value]> & Sendable,
    names: [String]?, _ kind: SettingKind<Value>, _ doc: String
  ) -> Family {
    Family(path: path, doc: doc, names: names) {
      $0[keyPath: keyPath].keys.sorted()
    } schema: { name in
      let setting = Setting<Root>(path: "\(path).\(name)", doc: "", allowed: kind.allowed) {
        $0[keyPath: keyPath][name].map(kind.write) ?? "null"
      } apply: { root, node throws(SettingFault) in
        root[keyPath: keyPath][name] = try kind.read(node)
      }
      return Schema(settings: [setting])
    }
  }

  /// The doc, and what stands under a name: for a map that has none which would show it.
  var docOfMembers: String {
    let settings = schema("NAME").settings
    // A value stands under the name itself, a block has names of its own.
    if settings.count == 1, settings[0].path == "\(path).NAME" {
      return "\(doc) (none so far; NAME: \(settings[0].allowed))"
    }
    let keys = settings.map { String($0.path.dropFirst("\(path).NAME.".count)) }
    return "\(doc) (none so far; NAME: {\(keys.joined(separator: ", "))})"
  }

  /// The schema under `name`, or why the name is refused.
  func member(_ name: String) throws(SettingFault) -> Schema<Root> {
    if let names {
      guard names.contains(name) else {
        let hint =
          Suggestion.closest(to: name, in: names).map { "; did you mean \($0)?" }
          ?? "; known are \(names.joined(separator: ", "))"
        throw SettingFault(.unknownKey, "unknown name\(hint)")
      }
    } else if name.isEmpty || name.utf8.count > 64 || !name.utf8.allSatisfy(Family.isNameByte) {
      throw SettingFault(
        .invalidValue, "a name has 1 to 64 lower-case letters, digits, - and _ only")
    }
    return schema(name)
  }

  func lifted<Outer>(_ prefix: String, _ lens: Lens<Outer, Root>) -> Family<Outer> {
    Family<Outer>(path: prefix + "." + path, doc: doc, names: names) {
      present(lens.get($0))
    } schema: { name in
      schema(name).lifted(prefix, lens)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
  }
}
