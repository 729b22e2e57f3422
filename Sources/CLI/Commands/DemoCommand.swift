internal import Feed
internal import HTTP
internal import JSON
internal import Lab
internal import Server

/// `updraft demo`: a live town in one command.
enum DemoCommand {
  static let command: Command = Command(
    "demo", "Run a server with a seeded world and live traffic.",
    about: """
      Makes a town up from a seed: authors with a heavy tail of followers, readers whose tastes \
      drift, and two days of posts and clicks. Then its people go on reading, over HTTP, against a \
      real server in a folder of its own, which is removed at the end. Open the address in a \
      browser to be any of them. Ctrl-C ends it.
      """, options: [.listen, .portFree, .seconds, .pages, .seed],
    examples: [
      .init("updraft demo", "On 127.0.0.1:8080, or a free port when that is taken."),
      .init("updraft demo --port-free --seconds 30", "On a free port, for half a minute."),
      .init("updraft demo --pages 500", "Ten times the traffic."),
    ]
  ) { arguments, console in
    let signals = Signals()
    let seconds = try arguments.integer(.seconds, in: 1...1_000_000)
    let pages = try arguments.integer(.pages, in: 1...100_000) ?? 50
    let seed = UInt64(try arguments.integer(.seed, in: 0...Int.max) ?? 1)
    let folder = try ScratchFolder("updraft-demo")
    let town = try Town(folder.path + "/data", seed: seed, listen: try listen(arguments))
    // Nobody is told the address before there is something to see.
    try town.seed(console)
    if !town.taken.isEmpty {
      console.note("\(town.taken) is taken by another program: the demo listens on a free port")
    }
    console.say("updraft \(VersionCommand.number) demo: \(town.address)", "listening") {
      $0.member("address", town.address)
    }
    let traffic = town.traffic(pagesPerSecond: Double(pages), seed: seed)
    tell(try town.calls().make(), town, console)
    traffic.start()
    watch(traffic, signals, seconds: seconds, console)
    traffic.stop()
    town.stop()
    console.say("the demo is over; its folder is gone", "stopped") { _ in }
    return .well
  }

  private static func listen(_ arguments: Arguments) throws -> [String] {
    if let listen = arguments.text(.listen) {
      guard ListenAddress.isLoopback(listen) else {
        throw Failure.usage(
          "--listen \(listen): a demo lends anybody's token, so it listens to this machine only")
      }
      return [listen]
    }
    return arguments.has(.portFree) ? ["127.0.0.1:0"] : ["127.0.0.1:8080", "127.0.0.1:0"]
  }

  private static func tell(_ calls: [DemoCalls.Made], _ town: Town, _ console: Console) {
    if console.isJSON {
      for call in calls {
        console.event("call") { json in
          json.member("line", call.line)
          json.member("answer", call.answer)
        }
      }
      return console.event("ready") { $0.member("address", town.address) }
    }
    for call in calls {
      console.line("\n" + console.style.bold(call.doc))
      console.line("  " + call.line)
      console.line("  → " + call.answer)
    }
    console.line("\n" + console.style.bold("In a browser: \(town.address)/") + "  (Ctrl-C ends)")
  }

  private static func watch(
    _ traffic: Traffic, _ signals: Signals, seconds: Int?, _ console: Console
  ) {
    let start = ContinuousClock.now
    let step = console.isWatched ? 1_000 : 10_000
    while true {
      let passed = Int(Progress.seconds(start.duration(to: .now)) * 1000)
      let left = seconds.map { $0 * 1000 - passed } ?? step
      guard left > 0, !signals.wait(milliseconds: min(step, left)) else { break }
      let report = traffic.takeReport()
      let text =
        "\(Figures.decimal(Double(report.pages) / max(0.001, report.seconds), 0)) pages/s, "
        + "\(Figures.decimal(Double(report.events) / max(0.001, report.seconds), 0)) events/s, "
        + "page p50 \(Figures.decimal(report.pageMilliseconds50, 1)) ms p99 "
        + "\(Figures.decimal(report.pageMilliseconds99, 1)) ms, "
        + "\(Figures.decimal(report.clicksPerPage, 2)) clicks a page"
      let failures = report.failures > 0 ? "; \(report.failures): \(report.lastFailure)" : ""
      console.isWatched ? console.status(text + failures) : console.note(text + failures)
    }
    console.status("")
  }
}

extension Option {
  static let portFree = Option("port-free", "Listen on a free port.")
  static let seconds = Option("seconds", "N", "End after so many seconds.", standard: "at Ctrl-C")
  static let pages = Option("pages", "N", "Feeds fetched in a second.", standard: "50")
  static let seed = Option("seed", "N", "The town that is made up.", standard: "1")
}
