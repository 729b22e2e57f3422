/// The three parts of what a ranker is trained from: rows to learn from, later ones that say when
/// to stop and how to calibrate, and the latest ones, which metrics are taken from.
final class TrainingParts {
  /// Rows as a table and as XGBoost has them.
  struct Part: ~Copyable {
    let table: TrainingTable
    let matrix: DMatrix

    init(_ table: TrainingTable, threads: Int) throws(LabError) {
      self.table = table
      matrix = try DMatrix(table, threads: threads)
    }
  }

  let learn: Part
  let stop: Part
  let judge: Part
  /// Whether the rows that stop are those that judge, because they were given by name.
  let isJudgeStop: Bool

  /// - Parameter valid: what stops and judges; nil = the latest requests of the table do.
  init(
    _ table: TrainingTable, valid: TrainingTable?, _ options: RankerOptions
  ) throws(LabError) {
    let tables = try Self.tables(table, valid, options)
    learn = try Part(tables.learn, threads: options.threads)
    stop = try Part(tables.stop, threads: options.threads)
    judge = try Part(tables.judge, threads: options.threads)
    isJudgeStop = valid != nil
  }

  private static func tables(
    _ table: TrainingTable, _ valid: TrainingTable?, _ options: RankerOptions
  ) throws(LabError) -> (learn: TrainingTable, stop: TrainingTable, judge: TrainingTable) {
    guard let valid else {
      let early = 1 - options.stopShare - options.judgeShare
      let parts = table.parts([early, options.stopShare, options.judgeShare])
      guard parts.count == 3, parts.allSatisfy({ $0.count > 0 }) else {
        throw LabError(
          .training,
          "\(table.groups.count) requests are too few to hold the latest ones out; gather more, or "
            + "name held-out rows")
      }
      return (parts[0], parts[1], parts[2])
    }
    guard valid.features == table.features else {
      throw LabError(
        .training,
        "the held-out rows have other features than those to learn from: "
          + difference(table.features, valid.features))
    }
    guard table.count > 0, valid.count > 0 else {
      throw LabError(
        .training,
        "\(table.count) rows to learn from and \(valid.count) held-out ones: both are "
          + "needed")
    }
    return (table, valid, valid)
  }

  private static func difference(_ left: [String], _ right: [String]) -> String {
    let missing = Set(left).symmetricDifference(right).sorted()
    guard let first = missing.first else { return "the same in another order" }
    return "\(first)" + (missing.count > 1 ? " and \(missing.count - 1) more" : "")
      + " on one side only"
  }
}
