internal import Glibc

/// The program: one tree of commands.
@main package struct Updraft {
  /// Runs the program and exits.
  package static func main() {
    var words = Array(CommandLine.arguments.dropFirst())
    if words.first == "--version" { words[0] = "version" }
    exit(run(words, environment: Environment.variables).rawValue)
  }

  /// Runs what the words behind the program's name ask for.
  package static func run(_ words: [String], environment: [String: String]) -> ExitCode {
    let wantsJSON = words.contains("--json")
    let console = Console(json: wantsJSON, environment: environment)
    do {
      switch try ArgumentParser.parse(words, root) {
      case .help(let command, let path):
        console.line(HelpPage.text(of: command, path: path, style: console.style))
        return .well
      case .run(let command, let arguments):
        guard let body = command.body else { return .usage }
        return try body(arguments, console)
      }
    } catch {
      let failure = Failure(explaining: error)
      console.failure(failure)
      return failure.exit
    }
  }

  /// Every command.
  package static let root: Command = Command(
    "updraft", "a feed and recommendation engine in one program.",
    about: """
      Updraft takes items, follows and events in over HTTP, keeps them in one durable log, and \
      answers with ranked pages that change with every interaction. Everything lives in one folder.

      A first look:  updraft demo
      """,
    examples: [
      .init(
        "updraft demo", "A seeded world with live traffic; prints an address and calls to try."),
      .init(
        "updraft serve --data ./data",
        "A server on 127.0.0.1:8080 that keeps everything in ./data."),
      .init(
        "updraft keys token --data ./data --user ada",
        "A token with which the user ada gets her pages."),
    ],
    options: [.version],
    subcommands: [
      ServeCommand.command, DemoCommand.command, ImportCommand.command, EvaluateCommands.group,
      TrainCommands.group, ModelCommands.group, ScoreCommand.command, IndexCommands.group,
      BenchCommand.command, KeyCommands.group, LogCommands.group, DoctorCommand.command,
      ReplayCommand.command, SimulateCommand.command,
      ConfigCommands.group,
      VersionCommand.command,
      CompletionCommand.command,
    ])
}

extension Option {
  static let version = Option("version", "Show the version.")
}
