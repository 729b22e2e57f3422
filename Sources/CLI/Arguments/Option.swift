/// An option of a command: `--data DIR`, or a switch such as `--dry-run`.
///
/// Each option is one constant that a command lists and reads its value by, so that no name is
/// written twice.
package struct Option: Hashable, Sendable {
  /// The name without its dashes.
  package let name: String
  /// What stands for the value in the help; nil: a switch, which takes none.
  package let value: String?
  /// What it does, in a sentence or two.
  package let doc: String
  /// The values that are allowed; empty: any.
  package let choices: [String]
  /// What holds when it is not given, for the help; empty: nothing.
  package let standard: String
  /// Whether it may stand several times.
  package let repeats: Bool
  /// Whether the command does nothing without it.
  package let isRequired: Bool

  /// A switch.
  init(_ name: String, _ doc: String) { self.init(name, nil, doc) }

  /// An option with a value, or a switch where `value` is nil.
  init(
    _ name: String, _ value: String?, _ doc: String, choices: [String] = [],
    standard: String = "", repeats: Bool = false, required: Bool = false
  ) {
    self.name = name
    self.value = value
    self.doc = doc
    self.choices = choices
    self.standard = standard
    self.repeats = repeats
    self.isRequired = required
  }

  /// The same option where nothing works without it.
  var required: Option {
    Option(
      name, value, doc, choices: choices, standard: standard, repeats: repeats, required: true)
  }

  /// As it is written: `--data DIR`.
  var written: String { "--\(name)" + (value.map { " \($0)" } ?? "") }

  /// One name, one option.
  package static func == (left: Option, right: Option) -> Bool { left.name == right.name }

  /// Hashes the name.
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What stands in a command without dashes: a file, a number.
package struct Operand: Sendable {
  /// How the help names it, in capitals.
  let name: String
  /// What it is.
  let doc: String
  /// Whether it may be left out.
  let isOptional: Bool
  /// Whether it may stand several times; only the last operand does.
  let repeats: Bool

  init(_ name: String, _ doc: String, optional: Bool = false, repeats: Bool = false) {
    self.name = name
    self.doc = doc
    isOptional = optional
    self.repeats = repeats
  }

  /// As it is written in the usage line.
  var written: String {
    let text = repeats ? "\(name)…" : name
    return isOptional ? "[\(text)]" : text
  }
}
