/// Where a setting's value comes from.
public enum SettingOrigin: Equatable, Sendable, CustomStringConvertible {
  /// The program's own value.
  case shipped
  /// A line of a file, counted from 1.
  case file(String, line: Int, column: Int)
  /// A variable of the environment.
  case environment(String)
  /// An option of the command line.
  case flag(String)

  /// One word or place for people: `default`, `updraft.yaml:12:3`, `environment UPDRAFT__A__B`,
  /// `option --listen`.
  public var description: String {
    switch self {
    case .shipped: "default"
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .environment(let name): "environment \(name)"
    case .flag(let name): "option \(name)"
    }
  }
}

/// A setting given on the command line.
public struct SettingFlag: Equatable, Sendable {
  /// The option, as `--listen`.
  public let name: String
  /// The setting's path.
  public let path: String
  /// The value as text.
  public let text: String

  /// An option that sets the setting at `path`.
  public init(_ name: String, path: String, text: String) {
    self.name = name
    self.path = path
    self.text = text
  }
}

/// One thing that is wrong with the configuration: what, where, and what to do.
public struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable name of a fault.
  public enum Code: String, Sendable {
    /// The file is not YAML, or uses what is refused here: aliases, anchors, tags, many documents.
    case syntax
    /// The file is larger or deeper than allowed.
    case tooLarge = "too_large"
    /// A key stands twice in one block.
    case duplicateKey = "duplicate_key"
    /// A key that nothing reads.
    case unknownKey = "unknown_key"
    /// A value of the wrong type or form.
    case invalidValue = "invalid_value"
    /// A value outside its range.
    case outOfRange = "out_of_range"
    /// Values that do not go together.
    case conflict
  }

  /// What kind of fault.
  public let code: Code
  /// Where.
  public let origin: SettingOrigin
  /// The setting, such as `server.listen`; empty when the file itself is at fault.
  public let path: String
  /// What is wrong and what to do.
  public let message: String

  /// An error at a place.
  public init(_ code: Code, at origin: SettingOrigin, path: String = "", message: String) {
    self.code = code
    self.origin = origin
    self.path = path
    self.message = message
  }

  /// One line: `updraft.yaml:12:3: server.lisen: unknown key; did you mean server.listen?`
  public var description: String {
    "\(origin): " + (path.isEmpty ? "" : "\(path): ") + message
  }
}

/// All that is wrong with a configuration, in the order in which it was found; never empty.
public struct SettingsErrors: Error, Equatable, Sendable, CustomStringConvertible {
  /// The faults.
  public let errors: [SettingsError]

  /// The faults, one a line.
  public var description: String {
    errors.map(\.description).joined(separator: "\n")
  }
}
