import Feed
import Lab
import Synchronization
import TestKit

/// Trains in this process what `updraft train ranker --data` trains in another.
final class LogTrainer: ModelTrainer {
  /// Whether clicks come the wrong way round, as from a pipeline that somebody broke.
  let isBroken = Atomic<Bool>(false)
  private let log: any EventLog

  init(_ log: any EventLog) { self.log = log }

  func train(
    timeoutMs: Int64, isStopping: () -> Bool, progress: (String) -> Void
  ) throws(RegistryError) -> ModelArtifact {
    do {
      // Of the settings, only those of labels matter here, and they are the server's.
      let logged = try LoggedTable(of: JoinedExamples(log, Configuration()))
      var table = try logged.table()
      if isBroken.load(ordering: .relaxed) { table = try Self.reversed(table) }
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

  private static func reversed(_ table: TrainingTable) throws -> TrainingTable {
    let bits = Objective.click.bit | Objective.longDwell.bit
    return try TrainingTable(
      features: table.features, values: table.values, groups: table.groups,
      grades: table.grades.map { $0 > 0 ? 0 : 1 }, labels: table.labels.map { $0 ^ bits },
      times: table.times)
  }
}
