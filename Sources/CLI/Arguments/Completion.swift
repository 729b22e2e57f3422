/// A shell whose completions can be written from the tree of commands.
enum Completion: String, CaseIterable {
  case bash, zsh, fish

  /// The script that a shell reads.
  func script(for root: Command) -> String {
    switch self {
    case .bash: Self.bashScript(root)
    // zsh runs bash's completions through its own adapter.
    case .zsh: "autoload -U +X bashcompinit && bashcompinit\n" + Self.bashScript(root)
    case .fish: Self.fishScript(root)
    }
  }

  /// Each command with the path that leads to it and the words that may follow.
  private static func words(
    _ command: Command, _ path: String
  ) -> [(path: String, command: Command, words: [String])] {
    let own = command.subcommands.map(\.name) + command.options.map { "--\($0.name)" }
    return [(path, command, own)]
      + command.subcommands.flatMap { words($0, "\(path) \($0.name)") }
  }

  private static func bashScript(_ root: Command) -> String {
    var lines = [
      "_updraft() {", "  local word path=\(root.name) current=${COMP_WORDS[COMP_CWORD]}",
    ]
    lines.append("  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do")
    lines.append("    [[ $word == -* ]] || path=\"$path $word\"")
    lines.append("  done")
    lines.append("  local words=")
    lines.append("  case $path in")
    for entry in words(root, root.name).sorted(by: { $0.path.count > $1.path.count }) {
      lines.append("    \"\(entry.path)\"*) words=\"\(entry.words.joined(separator: " "))\" ;;")
    }
    lines.append("  esac")
    lines.append("  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))")
    lines.append("}")
    lines.append("complete -o default -F _updraft \(root.name)")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fishScript(_ root: Command) -> String {
    var lines: [String] = []
    for entry in words(root, root.name) {
      let names = entry.path.split(separator: " ").dropFirst()
      var tests = names.map { "__fish_seen_subcommand_from \($0)" }
      if names.isEmpty { tests = ["__fish_use_subcommand"] }
      let condition = tests.joined(separator: "; and ")
      for command in entry.command.subcommands {
        let doc = command.summary.replacing("'", with: "\\'")
        lines.append("complete -c updraft -f -n '\(condition)' -a \(command.name) -d '\(doc)'")
      }
      for option in entry.command.options {
        let value = option.value == nil ? "" : " -r"
        let doc = option.doc.replacing("'", with: "\\'")
        lines.append(
          "complete -c updraft -n '\(condition)' -l \(option.name)\(value) -d '\(doc)'")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
