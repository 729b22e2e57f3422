/// One setting of a `Root`: its path in the file, what it means, and how it is read and written.
public struct Setting<Root>: Sendable {
  /// The path, such as `server.listen`.
  public let path: String
  /// What the setting does, in a sentence.
  public let doc: String
  /// What a value may be.
  public let allowed: String
  let text: @Sendable (Root) -> String
  let apply: @Sendable (inout Root, YAMLNode) throws(SettingFault) -> Void

  /// A setting that lives at a key path.
  public init<Value>(
    _ path: String, _ keyPath: any WritableKeyPath<Root, Value> & Sendable,
    _ kind: SettingKind<Value>,
    _ doc: String
  ) {
    self.path = path
    self.doc = doc
    allowed = kind.allowed
    text = { kind.write($0[keyPath: keyPath]) }
    apply = { root, node throws(SettingFault) in
      root[keyPath: keyPath] = try kind.read(node)
    }
  }

  /// The value that `root` has, as YAML on one line.
  public func text(in root: Root) -> String { text(root) }

  init(
    path: String, doc: String, allowed: String, text: @escaping @Sendable (Root) -> String,
    apply: @escaping @Sendable (inout Root, YAMLNode) throws(SettingFault) -> Void
  ) {
    self.path = path
    self.doc = doc
    self.allowed = allowed
    self.text = text
    self.apply = apply
  }

  /// The same setting of a value that `Outer` holds.
  func lifted<Outer>(_ prefix: String, _ lens: Lens<Outer, Root>) -> Setting<Outer> {
    Setting<Outer>(path: prefix + "." + path, doc: doc, allowed: allowed) {
      text(lens.get($0))
    } apply: { outer, node throws(SettingFault) in
      var inner = lens.get(outer)
      try apply(&inner, node)
      lens.set(&outer, inner)
    }
  }
}

/// A part of a value: how it is taken out and put back.
struct Lens<Outer, Inner>: Sendable {
  let get: @Sendable (Outer) -> Inner
  let set: @Sendable (inout Outer, Inner) -> Void

  func joined<Outermost>(_ outer: Lens<Outermost, Outer>) -> Lens<Outermost, Inner> {
    Lens<Outermost, Inner> {
      get(outer.get($0))
    } set: { outermost, inner in
      var middle = outer.get(outermost)
      set(&middle, inner)
      outer.set(&outermost, middle)
    }
  }
}
