/// A command of the program as data: the parser, the help and the shell completions all read the
/// same tree.
package struct Command: Sendable {
  /// A line to copy, and what it does.
  struct Example: Sendable {
    let line: String
    let doc: String

    init(_ line: String, _ doc: String) {
      self.line = line
      self.doc = doc
    }
  }

  /// What a command does with its arguments.
  typealias Body = @Sendable (Arguments, Console) throws -> ExitCode

  /// How it is called.
  package let name: String
  /// What it does, in half a line.
  let summary: String
  /// What one should know before using it; paragraphs are parted by empty lines.
  let about: String
  let operands: [Operand]
  let options: [Option]
  let examples: [Example]
  /// What exit codes mean here beyond the common ones.
  let exits: [ExitCode: String]
  /// The commands below it; a command has these or a body.
  package let subcommands: [Command]
  let body: Body?

  /// A command that does something.
  init(
    _ name: String, _ summary: String, about: String = "", operands: [Operand] = [],
    options: [Option] = [], examples: [Example], exits: [ExitCode: String] = [:],
    body: @escaping Body
  ) {
    self.name = name
    self.summary = summary
    self.about = about
    self.operands = operands
    self.options = options + Option.common
    self.examples = examples
    self.exits = exits
    subcommands = []
    self.body = body
  }

  /// A group of commands.
  init(
    _ name: String, _ summary: String, about: String = "", examples: [Example],
    options: [Option] = [], subcommands: [Command]
  ) {
    self.name = name
    self.summary = summary
    self.about = about
    operands = []
    self.options = options + Option.common
    self.examples = examples
    exits = [:]
    self.subcommands = subcommands
    body = nil
  }

  /// The command below this one that has the name.
  func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }

  /// The option of the name.
  func option(_ name: String) -> Option? { options.first { $0.name == name } }
}

extension Option {
  static let help = Option("help", "Show this help.")
  static let json = Option("json", "Print JSON, one object a line, for programs.")

  /// What every command understands.
  static let common: [Option] = [.json, .help]
}
