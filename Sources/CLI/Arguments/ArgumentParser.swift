internal import Settings

/// Finds the command that a list of arguments names, and its options.
package struct ArgumentParser {
  /// What the arguments ask for.
  package enum Request {
    /// Run a command.
    case run(Command, Arguments)
    /// Explain one.
    case help(Command, path: [String])
  }

  private var command: Command
  private var path: [String]
  private var operands: [String] = []
  private var values: [Option: [String]] = [:]

  private init(_ root: Command) {
    command = root
    path = [root.name]
  }

  /// Reads what stands behind the program's name.
  ///
  /// - Throws: `Failure` of exit code 2, with what was probably meant.
  package static func parse(_ words: [String], _ root: Command) throws(Failure) -> Request {
    var parser = ArgumentParser(root)
    return try parser.read(words)
  }

  private mutating func read(_ words: [String]) throws(Failure) -> Request {
    var rest = words[...]
    if rest.first == "help" {
      rest.removeFirst()
      for word in rest { try descend(word) }
      return .help(command, path: path)
    }
    if rest.isEmpty, command.body == nil { return .help(command, path: path) }
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      if word == "-h" || word == "--help" { return .help(command, path: path) }
      if word.hasPrefix("-"), word.count > 1 {
        try option(word, &rest)
      } else if !command.subcommands.isEmpty {
        try descend(word)
      } else {
        operands.append(word)
      }
    }
    try check()
    let arguments = Arguments(path: path, operands: operands, values: values)
    return .run(command, arguments)
  }

  private mutating func descend(_ word: String) throws(Failure) {
    guard let next = command.subcommand(word) else {
      throw .usage(
        "\(place)there is no command '\(word)'"
          + hint(word, command.subcommands.map(\.name)) + seeHelp)
    }
    command = next
    path.append(word)
  }

  private mutating func option(_ word: String, _ rest: inout ArraySlice<String>) throws(Failure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard name.hasPrefix("--"), let option = command.option(String(name.dropFirst(2))) else {
      throw .usage(
        "\(place)unknown option \(name)"
          + hint(name, command.options.map { "--\($0.name)" }) + seeHelp)
    }
    var value = parts.count > 1 ? String(parts[1]) : nil
    if option.value == nil {
      guard value == nil else { throw .usage("--\(option.name) takes no value") }
      value = ""
    } else if value == nil {
      guard let next = rest.first, !next.hasPrefix("--") else {
        throw .usage("--\(option.name) needs a value: \(option.written). \(option.doc)")
      }
      value = next
      rest.removeFirst()
    }
    guard let value else { return }
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw .usage(
        "\(option.written): '\(value)' is not one of \(option.choices.joined(separator: ", "))"
          + hint(value, option.choices))
    }
    guard option.repeats || values[option] == nil else {
      throw .usage("--\(option.name) stands twice")
    }
    values[option, default: []].append(value)
  }

  private func check() throws(Failure) {
    guard command.body != nil else {
      let names = command.subcommands.map(\.name).joined(separator: ", ")
      throw .usage("\(place)needs a command: one of \(names)\(seeHelp)")
    }
    for option in command.options where option.isRequired && values[option] == nil {
      throw .usage("\(place)\(option.written) is missing. \(option.doc)\(seeHelp)")
    }
    for (index, operand) in command.operands.enumerated() where !operand.isOptional {
      guard index < operands.count else {
        throw .usage("\(place)\(operand.name) is missing: \(operand.doc)\(seeHelp)")
      }
    }
    if operands.count > command.operands.count, command.operands.last?.repeats != true {
      throw .usage("\(place)'\(operands[command.operands.count])' is too much\(seeHelp)")
    }
  }

  private func hint(_ word: String, _ names: [String]) -> String {
    Suggestion.closest(to: word, in: names).map { "; did you mean \($0)?" } ?? ""
  }

  /// Which command it is about, behind the program's name, which every message begins with.
  private var place: String {
    path.count > 1 ? path.dropFirst().joined(separator: " ") + ": " : ""
  }

  private var seeHelp: String { "\nSee: \(path.joined(separator: " ")) --help" }
}
