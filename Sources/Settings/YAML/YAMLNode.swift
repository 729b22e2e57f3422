/// A value of a YAML text with its place.
public struct YAMLNode: Equatable, Sendable {
  /// What stands there.
  public indirect enum Content: Equatable, Sendable {
    /// Nothing, `~` or `null`.
    case null
    /// A text; `quoted` tells `"5"` from `5`.
    case scalar(String, quoted: Bool)
    /// A list.
    case sequence([YAMLNode])
    /// Keys and values in the order of the text; no key stands twice.
    case mapping([Entry])
  }

  /// A key and its value.
  public struct Entry: Equatable, Sendable {
    /// The key.
    public let key: String
    /// Where the key stands: file, line, column.
    public let origin: SettingOrigin
    /// The value.
    public let value: YAMLNode
  }

  /// What stands there.
  public let content: Content
  /// Where: file, line, column; or the variable that the value comes from.
  public let origin: SettingOrigin

  /// A value at a place.
  public init(_ content: Content, at origin: SettingOrigin) {
    self.content = content
    self.origin = origin
  }

  /// What stands there, in words for a message.
  var found: String {
    switch content {
    case .null: "nothing"
    case .scalar(let text, _): "\"\(text.prefix(64))\""
    case .sequence: "a list"
    case .mapping: "a block"
    }
  }
}
