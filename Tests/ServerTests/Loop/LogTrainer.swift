import Feed
import Glibc
import Lab
import Synchronization
import TestKit

/// Trains in this process what `updraft train ranker --data` trains in another.
final class LogTrainer: ModelTrainer {
  /// What somebody broke in the pipeline before the next training.
  enum Fault: Int, AtomicRepresentable {
    case none
    /// Clicks come the wrong way round.
    case reversed
    /// The age of items is in days, where pages have it in hours.
    case skewed
  }

  let fault = Atomic<Fault>(.none)
  private let log: any EventLog

  init(_ log: any EventLog) { self.log = log }

  func train(
    timeoutMs: Int64, isStopping: () -> Bool, progress: (String) -> Void
  ) throws(RegistryError) -> ModelArtifact {
    do {
      // Of the settings, only those of labels matter here, and they are the server's.
      let logged = try LoggedTable(of: JoinedExamples(log, Configuration()))
      var table = try logged.table()
      switch fault.load(ordering: .relaxed) {
      case .none: break
      case .reversed: table = try Self.reversed(table)
      case .skewed: table = try Self.skewed(table)
      }
      return try RankerTrainer.train(
        table: table, valid: nil, options: Self.options, time: FakeTime()
      ) { step in
        progress("\(step.stage): \(step.done) of \(step.of)")
        return !isStopping()
      }
    } catch {
      throw RegistryError(.unavailable, "\(error)")
    }
  }

  /// Small forests, which a few thousand pages can teach.
  private static var options: RankerOptions {
    var options = RankerOptions()
    (options.order.rounds, options.heads.rounds) = (60, 60)
    (options.order.depth, options.heads.depth) = (4, 4)
    (options.threads, options.ablation) = (1, false)
    options.objectives = [.click, .longDwell]
    return options
  }

  private static func skewed(_ table: TrainingTable) throws -> TrainingTable {
    var values = table.values
    let column = table.features.firstIndex(of: Feature.age.name) ?? 0
    for place in stride(from: column, to: values.count, by: table.features.count) {
      values[place] = log1p(expm1(values[place]) / 24)
    }
    return try TrainingTable(
      features: table.features, values: values, groups: table.groups, grades: table.grades,
      labels: table.labels, times: table.times, positions: table.positions,
      propensities: table.propensities)
  }

  private static func reversed(_ table: TrainingTable) throws -> TrainingTable {
    let bits = Objective.click.bit | Objective.longDwell.bit
    return try TrainingTable(
      features: table.features, values: table.values, groups: table.groups,
      grades: table.grades.map { $0 > 0 ? 0 : 1 }, labels: table.labels.map { $0 ^ bits },
      times: table.times)
  }
}
