internal import Feed
internal import HTTP
internal import JSON
internal import Settings

/// `updraft doctor`: what is wrong, and the command that mends it.
enum DoctorCommand {
  static let command: Command = Command(
    "doctor", "Look for what is wrong, and say how to mend it.",
    about: """
      Checks the configuration, the folder and its permissions, who holds its lock, the disk, \
      every checksum of the log, the snapshots, the models, secrets and keys, dead letters, the \
      clock, and what the events say of their senders: unknown items, late events, clicks without \
      impressions. It changes nothing, and works beside a running server.
      """, options: [.data.required, .config, .set, .server],
    examples: [
      .init("updraft doctor --data ./data --config updraft.yaml", "Everything on the disk."),
      .init(
        "updraft doctor --data ./data --server http://127.0.0.1:8080", "And the running server."),
    ], exits: [.failed: "there is an error; warnings alone exit with 0"]
  ) { arguments, console in
    let examination = Examination(console)
    let configuration = configuration(arguments, examination)
    let path = try arguments.required(.data)
    if FolderExamination(
      path: path, configuration: configuration, examination: examination
    ).run() {
      LogExamination(
        path: path, configuration: configuration, file: arguments.text(.config),
        examination: examination, console: console
      ).run()
    }
    if Files.facts(path)?.isFolder == true {
      ModelExamination(path: path, examination: examination).run()
    }
    if let server = arguments.text(.server) { ask(server, examination) }
    let errors = examination.findings.filter { $0.level == .error }.count
    let warnings = examination.findings.filter { $0.level == .warning }.count
    if !console.isJSON {
      console.line("")
      console.line(
        errors + warnings == 0
          ? "nothing is wrong"
          : "\(Figures.count(errors, "error")), \(Figures.count(warnings, "warning"))")
    }
    return errors == 0 ? .well : .failed
  }

  private static func configuration(
    _ arguments: Arguments, _ examination: Examination
  ) -> Configuration {
    do {
      let loaded = try ConfigurationLoader.load(arguments)
      if let doubt = ProcessorLevel.doubt(Environment.variables) {
        examination.warn(
          "processor", doubt, fix: "unset \(ProcessorLevel.variable), or correct it")
      }
      try TextModelFolder.check(loaded)
      examination.fine("configuration", "sound, \(loaded.origins.count) settings set")
      return loaded.value
    } catch {
      examination.fail(
        "configuration", Failure(explaining: error).message,
        fix: "mend what is named; updraft config default shows every setting")
      return Configuration()
    }
  }

  private static func ask(_ server: String, _ examination: Examination) {
    let client = HTTPClient(base: server, timeoutMilliseconds: 5_000)
    do {
      let live = try client.send("GET", "/livez")
      let ready = try client.send("GET", "/readyz")
      if live.status != 200 {
        examination.fail(
          "server", "\(server)/livez answers \(live.status)", fix: "restart the server")
      } else if ready.status != 200 {
        examination.warn(
          "server", "\(server) is not ready: \(Figures.printable(ready.text))",
          fix: "wait until the log is folded in")
      } else {
        examination.fine("server", "\(server) is ready")
      }
    } catch {
      examination.fail(
        "server", error.description, fix: "updraft serve --data DIR, or check --server")
    }
  }
}

extension Option {
  static let server = Option("server", "URL", "A running server, as http://127.0.0.1:8080.")
}
