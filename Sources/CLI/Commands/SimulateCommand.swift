internal import Feed
internal import JSON
internal import Lab
internal import Settings
internal import Stores

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

      --train-after trains a ranker at the end of that day, as `updraft train ranker` does, on \
      what was served until then by the weights of the configuration. It serves from the next day \
      on, on a surface of its own, `learned`, and is compared with home.
      """,
    options: [
      .days, .simulatedUsers, .seed, .arms, .measuredFrom, .pagesPerUser, .postsPerDay,
      .trainAfter, .rankerRounds, .rankerThreads, .modelOutput, .config, .set,
    ],
    examples: [
      .init("updraft simulate --days 10 --users 300 --seed 1", "Home beside popularity."),
      .init(
        "updraft simulate --train-after 10 --days 14",
        "Whether a ranker that is trained on ten days does better on the next four."),
      .init(
        "updraft simulate --arms home,recommendations --days 5 --json",
        "Two surfaces, one object."),
    ]
  ) { arguments, console in
    var configuration = try ConfigurationLoader.load(arguments).value
    if configuration.surfaces["popularity"] == nil {
      configuration.surfaces["popularity"] = popularity(configuration)
    }
    let learnedAfter = try arguments.integer(.trainAfter, in: 1...3_649)
    let options = try options(arguments, learnedAfter)
    var simulation: Simulation
    var model: ModelArtifact?
    var progress = Progress(console, "simulating", unit: "pages")
    if let learnedAfter {
      var trial = try LearningTrial(
        options, trainAfter: learnedAfter, ranker: try ranker(arguments), configuration)
      var teller = TrainingTeller(console)
      try trial.run(
        time: SystemTime(), progress: { pages, share in progress.update(pages, share: share) }
      ) { step in
        teller.tell(step)
        return true
      }
      teller.finish()
      progress.finish()
      (simulation, model) = (trial.simulation, trial.artifact)
    } else {
      simulation = try Simulation(options, configuration)
      try simulation.run(progress: { pages, share in progress.update(pages, share: share) })
      let rate = Double(simulation.report.pages) / max(progress.seconds, 1e-9)
      progress.finish()
      console.note("\(Figures.grouped(Int(rate))) pages/s")
    }
    if let model, let path = arguments.text(.modelOutput) {
      console.note("model \(try ModelFolder.write(model, to: path)) in \(path)")
    }
    tell(simulation, model, options, console)
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

  /// - Parameter learnedAfter: the day after which a ranker is trained; nil = none is.
  private static func options(
    _ arguments: Arguments, _ learnedAfter: Int?
  ) throws -> Simulation.Options {
    var options = Simulation.Options()
    if let learnedAfter { options.days = learnedAfter + 4 }
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
    let arms = arguments.text(.arms) ?? (learnedAfter == nil ? "home,popularity" : "home,learned")
    options.arms = arms.split(separator: ",").map { .init(String($0), surface: String($0)) }
    if learnedAfter == nil {
      for option in [Option.modelOutput, .rankerRounds, .rankerThreads] where arguments.has(option)
      {
        throw Failure.usage("--\(option.name): no model is trained without --train-after")
      }
    } else if arguments.has(.measuredFrom) {
      throw Failure.usage("--measured-from: with --train-after it is the day after that one")
    }
    return options
  }

  private static func ranker(_ arguments: Arguments) throws -> RankerOptions {
    var ranker = RankerOptions()
    // What the weights against the position bias are worth is not what is asked here.
    ranker.ablation = false
    ranker.created = SystemTime().now
    ranker.code = VersionCommand.number
    if let rounds = try arguments.integer(.rankerRounds, in: 1...100_000) {
      (ranker.order.rounds, ranker.heads.rounds) = (rounds, rounds)
    }
    ranker.threads = try arguments.integer(.rankerThreads, in: 1...1_024) ?? ranker.threads
    return ranker
  }
}

extension Option {
  static let days = Option("days", "N", "Days that pass.", standard: "10")
  static let simulatedUsers = Option("users", "N", "Users.", standard: "300")
  static let arms = Option(
    "arms", "SURFACE,…",
    "The surfaces that users are dealt to; others are compared with the first.",
    standard: "home,popularity, or home,learned with --train-after")
  static let measuredFrom = Option(
    "measured-from", "DAY", "The first day that counts; before it, all users get the first arm.",
    standard: "1")
  static let trainAfter = Option(
    "train-after", "DAY",
    "The day at whose end a ranker is trained; --days is then four more, if not given.")
  static let pagesPerUser = Option(
    "pages-per-user", "N", "Pages that a user asks for in a day, on average.", standard: "6")
  static let postsPerDay = Option("posts-per-day", "N", "Posts in a day.", standard: "300")
}
