public import Feed

/// Whether learning pays: users of the seeded world get pages by hand-made weights, after some days
/// a ranker is trained on what was served and what came of it, and from then on part of the users
/// gets the pages that it ranks.
///
/// ```swift
/// var options = Simulation.Options()
/// options.days = 14
/// options.arms = LearningTrial.arms
/// var trial = try LearningTrial(options, trainAfter: 10, configuration)
/// try trial.run(time: clock)
/// print(trial.simulation.report.comparisons)
/// ```
///
/// Both arms have equal shares of the users, equal candidates and rules of the page; only what
/// scores differs.
/// The days before the model serves are not compared.
public struct LearningTrial {
  /// The name of the surface that the model serves.
  public static let learned = "learned"
  /// Home by the weights of the configuration, and the same home by the model.
  public static let arms = ["home", learned].map { Simulation.Arm($0, surface: $0) }

  /// The days, and what came of them.
  public private(set) var simulation: Simulation
  /// What was trained; nil before.
  public private(set) var artifact: ModelArtifact?
  private let trainAfter: Int
  private let ranker: RankerOptions

  /// A trial at the start of its first day.
  ///
  /// - Parameters:
  ///   - options: days, users and arms; all users get the first arm until the model serves.
  ///   - trainAfter: the day, from 1, after which the ranker is trained.
  ///   - ranker: how.
  /// - Throws: `LabError` when no day would be left for the model, or the options are out of range.
  public init(
    _ options: Simulation.Options, trainAfter: Int, ranker: RankerOptions = RankerOptions(),
    _ configuration: Configuration
  ) throws {
    guard trainAfter >= 1, trainAfter < options.days else {
      throw LabError(
        .option,
        "after day \(trainAfter) of \(options.days) no day is left to serve; let more days pass, "
          + "or train earlier")
    }
    var options = options
    options.measuredFrom = trainAfter + 1
    simulation = try Simulation(options, Self.surfaces(configuration))
    self.trainAfter = trainAfter
    self.ranker = ranker
  }

  /// The configuration with home by its weights alone, and the same home by a model.
  private static func surfaces(_ configuration: Configuration) -> Configuration {
    var configuration = configuration
    var home = configuration.surfaces["home"] ?? SurfaceSettings()
    home.ranker = .model
    configuration.surfaces[learned] = configuration.surfaces[learned] ?? home
    home.ranker = .linear
    configuration.surfaces["home"] = home
    return configuration
  }

  /// Lets all days pass and trains between two of them.
  ///
  /// - Parameters:
  ///   - time: measures how long a search for settings goes on, if one was asked for.
  ///   - progress: see `Simulation.run`.
  ///   - training: hears of every round; false ends the training.
  /// - Throws: `LabError` when nothing can be learned, or the model can't be served.
  public mutating func run(
    time: any TimeSource, progress: (Int, Double) -> Void = { _, _ in },
    training: TrainingStep.Watch = { _ in true }
  ) throws {
    let (trainAfter, ranker) = (self.trainAfter, self.ranker)
    var trained: ModelArtifact?
    try simulation.run(
      dayEnded: { day, engine in
        guard day == trainAfter else { return }
        let examples = JoinedExamples(engine.log, engine.configuration)
        let artifact = try RankerTrainer.train(
          table: try LoggedTable(of: examples).table(), valid: nil, options: ranker, time: time,
          progress: training)
        let model = try RankingModel(id: Self.learned, artifact)
        engine.models.set(ModelBoard.Arms(production: try ServedModel(model)))
        trained = artifact
      }, progress: progress)
    artifact = trained
  }
}
