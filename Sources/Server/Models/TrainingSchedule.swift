package import Feed

/// When a model is to be trained: a rule over time and labels.
package struct TrainingSchedule: Sendable {
  private let everyMs: Int64
  private let afterLabels: UInt64
  private var last: Timestamp
  private var labelsThen: UInt64?

  /// A schedule that counts from `start`.
  package init(_ settings: ModelLifeSettings, start: Timestamp) {
    everyMs = settings.trainEveryMs
    afterLabels = settings.trainAfterLabels
    last = start
  }

  /// Why a training is due now; nil = it is not.
  ///
  /// - Parameter labels: those that have come since the program started.
  package mutating func due(at time: Timestamp, labels: UInt64) -> String? {
    let then = labelsThen ?? labels
    labelsThen = then
    if everyMs > 0, time >= last.advanced(milliseconds: everyMs) {
      labelsThen = labels
      return "models.train_every has passed"
    }
    if afterLabels > 0, labels >= then, labels - then >= afterLabels {
      labelsThen = labels
      return "\(labels - then) labels have come"
    }
    return nil
  }

  /// A training has ended: the next one counts from here.
  package mutating func trained(at time: Timestamp) { last = time }
}
