/// What `--help` prints of a command: what it does, how it is written, what to copy, how it ends.
struct HelpPage {
  private let command: Command
  private let path: [String]
  private let style: Style
  private var lines: [String] = []
  private static let width = 96

  private init(_ command: Command, _ path: [String], _ style: Style) {
    self.command = command
    self.path = path
    self.style = style
  }

  /// The page as text.
  static func text(of command: Command, path: [String], style: Style) -> String {
    var page = HelpPage(command, path, style)
    page.write()
    return page.lines.joined(separator: "\n")
  }

  private var name: String { path.joined(separator: " ") }

  private mutating func write() {
    lines.append(style.bold(name) + ": " + command.summary)
    heading("Usage")
    lines.append("  " + usage)
    for paragraph in command.about.split(separator: "\n\n") {
      lines.append("")
      fill(String(paragraph), indent: 0)
    }
    entries("Commands", command.subcommands.map { ($0.name, $0.summary) })
    entries("Arguments", command.operands.map { ($0.name, $0.doc) })
    entries("Options", command.options.map { ($0.written, Self.doc($0)) })
    heading("Examples")
    for example in command.examples {
      lines.append("  " + style.bold(example.line))
      fill(example.doc, indent: 6)
    }
    if command.body != nil { exits() }
    if !command.subcommands.isEmpty {
      lines.append("")
      lines.append("More about one of them: \(name) COMMAND --help")
    }
  }

  private var usage: String {
    var words = [name]
    if !command.subcommands.isEmpty { words.append("COMMAND") }
    words += command.operands.map(\.written)
    words += command.options.filter(\.isRequired).map(\.written)
    if command.options.contains(where: { !$0.isRequired }) { words.append("[options]") }
    return words.joined(separator: " ")
  }

  private static func doc(_ option: Option) -> String {
    var doc = option.doc
    if !option.choices.isEmpty { doc += " One of: \(option.choices.joined(separator: ", "))." }
    if !option.standard.isEmpty { doc += " Default: \(option.standard)." }
    if option.repeats { doc += " May be repeated." }
    return doc
  }

  private mutating func exits() {
    heading("Exit codes")
    let common: [ExitCode: String] = [
      .well: "done", .failed: "failed; standard error says why and what to do",
      .usage: "the command was not understood",
    ]
    for (code, doc) in common.merging(command.exits, uniquingKeysWith: { $1 }).sorted(
      by: { $0.key < $1.key })
    {
      lines.append("  \(code.rawValue)  \(doc)")
    }
  }

  private mutating func heading(_ text: String) {
    lines.append("")
    lines.append(style.bold(text))
  }

  private mutating func entries(_ title: String, _ entries: [(name: String, doc: String)]) {
    guard !entries.isEmpty else { return }
    heading(title)
    let column = min(26, (entries.map(\.name.count).max() ?? 0) + 4)
    for entry in entries {
      let start = lines.count
      fill(entry.doc, indent: column)
      let label = "  " + entry.name
      if label.count + 2 <= column, start < lines.count {
        lines[start] = label + lines[start].dropFirst(label.count)
      } else {
        lines.insert(label, at: start)
      }
    }
  }

  private mutating func fill(_ text: String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    var line = margin
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if line.count > indent, line.count + 1 + word.count > Self.width {
        lines.append(line)
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    if line.count > indent { lines.append(line) }
  }
}

/// How text stands out; nothing where it should not.
struct Style: Sendable {
  let isOn: Bool

  func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func red(_ text: String) -> String { isOn ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  func green(_ text: String) -> String { isOn ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  func yellow(_ text: String) -> String { isOn ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
}
