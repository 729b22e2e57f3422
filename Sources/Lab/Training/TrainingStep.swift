/// How far a training is; whoever hears of it may end it.
public struct TrainingStep: Sendable {
  /// What is done: "position bias", "search", "order", "click".
  public var stage: String
  /// Rounds, or seconds of a search, so far.
  public var done: Int
  /// The most there can be; a stage may end earlier.
  public var of: Int
  /// What was found, once it is: a line for people.
  public var finding: String?

  /// A step.
  public init(stage: String, done: Int, of: Int, finding: String? = nil) {
    self.stage = stage
    self.done = done
    self.of = of
    self.finding = finding
  }

  /// Hears of a step; false ends the training.
  public typealias Watch = (TrainingStep) -> Bool
}

/// Where steps are told.
package struct TrainingWatch {
  let hear: TrainingStep.Watch

  package init(hear: @escaping TrainingStep.Watch) { self.hear = hear }

  /// - Throws: `LabError` when the training is to end.
  func tell(
    _ stage: String, _ done: Int = 0, of all: Int = 0, finding: String? = nil
  ) throws(LabError) {
    guard hear(TrainingStep(stage: stage, done: done, of: all, finding: finding)) else {
      throw LabError(.cancelled, "\(stage): ended before its time, as was asked; nothing is kept")
    }
  }
}
