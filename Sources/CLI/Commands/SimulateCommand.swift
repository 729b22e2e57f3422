internal import Feed
internal import JSON
internal import Lab
internal import Settings

/// `updraft simulate`: days of the seeded world in a minute.
enum SimulateCommand {
  static let command: Command = Command(
    "simulate", "Let days of a seeded world pass, and compare surfaces on its users.",
    about: """
      Users with tastes of their own come, look down their pages, click, read, like and hide by a \
      known model of choice; authors post. Everything goes through the fold, the ranking and the \
      log that serve live traffic, in memory and in simulated time: equal seeds and settings give \
      equal results, bit for bit.

      --arms names surfaces of the configuration; users are dealt to them, and each is compared \
      with the first by clicks, long dwells and hides a page, with 95 % bootstrap intervals over \
      users. Besides the configured surfaces there is `popularity`: home, ranked by recent clicks \
      alone.
      """,
    options: [
      .days, .simulatedUsers, .seed, .arms, .measuredFrom, .pagesPerUser, .postsPerDay, .config,
      .set,
    ],
    examples: [
      .init("updraft simulate --days 10 --users 300 --seed 1", "Home beside popularity."),
      .init(
        "updraft simulate --arms home,recommendations --days 5 --json",
        "Two surfaces, one object."),
    ]
  ) { arguments, console in
    var configuration = try ConfigurationLoader.load(arguments).value
    if configuration.surfaces["popularity"] == nil {
      configuration.surfaces["popularity"] = popularity(configuration)
    }
    let options = try options(arguments)
    var simulation = try Simulation(options, configuration)
    var progress = Progress(console, "simulating", unit: "pages")
    try simulation.run(progress: { pages, share in progress.update(pages, share: share) })
    let rate = Double(simulation.report.pages) / max(progress.seconds, 1e-9)
    progress.finish()
    console.note("\(Figures.grouped(Int(rate))) pages/s")
    tell(simulation, options, console)
    return .well
  }

  /// Home as it would be if what is popular now were all that counts.
  private static func popularity(_ configuration: Configuration) -> SurfaceSettings {
    var surface = configuration.surfaces["home"] ?? SurfaceSettings()
    surface.ranker = .linear
    surface.weights = ["popularity": 1]
    surface.freshBoost = 0
    surface.mmrLambda = 1
    return surface
  }

  private static func options(_ arguments: Arguments) throws -> Simulation.Options {
    var options = Simulation.Options()
    options.days = try arguments.integer(.days, in: 1...3_650) ?? options.days
    options.size.users =
      try arguments.integer(.simulatedUsers, in: 2...1_000_000) ?? options.size.users
    options.seed = UInt64(try arguments.integer(.seed, in: 0...Int.max) ?? 1)
    options.measuredFrom =
      try arguments.integer(.measuredFrom, in: 1...options.days) ?? options.measuredFrom
    options.pagesPerUser = Double(
      try arguments.integer(.pagesPerUser, in: 1...1_000) ?? Int(options.pagesPerUser))
    options.postsPerDay =
      try arguments.integer(.postsPerDay, in: 0...1_000_000) ?? options.postsPerDay
    let arms = arguments.text(.arms) ?? "home,popularity"
    options.arms = arms.split(separator: ",").map { .init(String($0), surface: String($0)) }
    return options
  }

  private static func tell(
    _ simulation: Simulation, _ options: Simulation.Options, _ console: Console
  ) {
    let report = simulation.report
    let digest = Figures.digest(simulation.engine.digest)
    guard !console.isJSON else {
      return console.json { json in
        json.member("seed", options.seed)
        json.member("days", options.days)
        json.member("users", options.size.users)
        json.member("pages", report.pages)
        json.member("events", report.deeds)
        json.member("digest", digest)
        write(report, to: &json)
      }
    }
    var table = TextTable(
      ["arm", "users", "pages", "clicks/page", "long dwells/page", "hides/page"],
      right: [1, 2, 3, 4, 5])
    for arm in report.arms {
      table.add([
        arm.name, Figures.grouped(arm.users), Figures.grouped(arm.counts.pages),
        Figures.decimal(arm.counts.clicksPerPage, 3),
        Figures.decimal(arm.counts.longDwellsPerPage, 3),
        Figures.decimal(arm.counts.hidesPerPage, 4),
      ])
    }
    console.line(table.text)
    for comparison in report.comparisons {
      console.line("")
      console.line("\(comparison.arm) beside \(comparison.against), a page:")
      for (name, interval) in [
        ("clicks", comparison.clicks), ("long dwells", comparison.longDwells),
        ("hides", comparison.hides),
      ] {
        let sign = interval.difference < 0 ? "" : "+"
        console.line(
          "  \(name)  \(sign)\(Figures.decimal(interval.difference, 3)) "
            + "(\(sign)\(Figures.decimal(interval.relative * 100, 1)) %), 95 % interval "
            + "\(Figures.decimal(interval.low, 3)) to \(Figures.decimal(interval.high, 3))"
            + (interval.excludesZero ? "" : ": may be chance"))
      }
    }
  }

  private static func write(_ report: SimulationReport, to json: inout JSONWriter) {
    json.array("arms") { json in
      for arm in report.arms {
        json.object { json in
          json.member("arm", arm.name)
          json.member("users", arm.users)
          write(arm.counts, to: &json)
        }
      }
    }
    json.array("comparisons") { json in
      for comparison in report.comparisons {
        json.object { json in
          json.member("arm", comparison.arm)
          json.member("against", comparison.against)
          for (name, interval) in [
            ("clicks_per_page", comparison.clicks),
            ("long_dwells_per_page", comparison.longDwells),
            ("hides_per_page", comparison.hides),
          ] {
            json.object(name) { json in
              json.member("difference", interval.difference)
              json.member("relative", interval.relative)
              json.member("low", interval.low)
              json.member("high", interval.high)
              json.member("excludes_zero", interval.excludesZero)
            }
          }
        }
      }
    }
    json.array("by_day") { json in
      for day in report.days {
        json.object { json in
          json.member("day", day.day)
          json.member("arm", day.arm)
          write(day.counts, to: &json)
        }
      }
    }
  }

  private static func write(_ counts: SimulationReport.Counts, to json: inout JSONWriter) {
    json.member("pages", counts.pages)
    json.member("shown", counts.shown)
    json.member("seen", counts.seen)
    json.member("clicks", counts.clicks)
    json.member("long_dwells", counts.longDwells)
    json.member("likes", counts.likes)
    json.member("hides", counts.hides)
    json.member("clicks_per_page", counts.clicksPerPage)
    json.member("long_dwells_per_page", counts.longDwellsPerPage)
    json.member("hides_per_page", counts.hidesPerPage)
  }
}

extension Option {
  static let days = Option("days", "N", "Days that pass.", standard: "10")
  static let simulatedUsers = Option("users", "N", "Users.", standard: "300")
  static let arms = Option(
    "arms", "SURFACE,…",
    "The surfaces that users are dealt to; others are compared with the first.",
    standard: "home,popularity")
  static let measuredFrom = Option(
    "measured-from", "DAY", "The first day that counts; before it, all users get the first arm.",
    standard: "1")
  static let pagesPerUser = Option(
    "pages-per-user", "N", "Pages that a user asks for in a day, on average.", standard: "6")
  static let postsPerDay = Option("posts-per-day", "N", "Posts in a day.", standard: "300")
}
