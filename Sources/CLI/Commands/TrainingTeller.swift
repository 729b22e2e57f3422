internal import Lab

/// Says how far a training is: one line that goes on, and one for everything that was found.
struct TrainingTeller {
  private let console: Console
  private var progress: Progress
  private var stage = ""

  init(_ console: Console) {
    self.console = console
    progress = Progress(console, "", unit: "")
  }

  /// Hears of a step.
  mutating func tell(_ step: TrainingStep) {
    if step.stage != stage {
      progress.finish()
      stage = step.stage
      let unit = step.stage.hasPrefix("search") ? "seconds" : "rounds"
      progress = Progress(console, step.stage, unit: unit)
    }
    guard let finding = step.finding else {
      let share = step.of > 0 ? Double(step.done) / Double(step.of) : nil
      return progress.update(step.done, share: share)
    }
    progress.finish()
    console.note("\(step.stage): \(finding)")
  }

  /// Wipes what is written over.
  mutating func finish() { progress.finish() }
}
