/// `updraft completion bash|zsh|fish`.
enum CompletionCommand {
  static let command: Command = Command(
    "completion", "Print a script that completes commands and options in a shell.",
    operands: [Operand("SHELL", "bash, zsh or fish")],
    examples: [
      .init("source <(updraft completion bash)", "In this shell, now."),
      .init(
        "updraft completion fish > ~/.config/fish/completions/updraft.fish", "For good, in fish."),
    ]
  ) { arguments, console in
    guard let shell = Completion(rawValue: arguments.operands[0]) else {
      throw Failure.usage("completion: '\(arguments.operands[0])' is not one of bash, zsh, fish")
    }
    console.text(shell.script(for: Updraft.root))
    return .well
  }
}
