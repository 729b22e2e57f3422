/// A forest made ready for batches of rows.
public final class CompiledForest: Sendable {
  /// What it was made from.
  public let forest: Forest
  private let plain: PlainForest

  /// - Throws: a `ForestError` when `forest` does not pass its check.
  public init(_ forest: Forest) throws(ForestError) {
    self.forest = forest
    plain = try PlainForest(forest)
  }

  /// Scores rows that lie in columns.
  ///
  /// - Parameters:
  ///   - columns: values, column after column; NaN = missing.
  ///   - stride: floats from one column to the next, at least `count`.
  ///   - count: rows.
  ///   - columnOf: a feature's column; below 0 = the value is `constants[feature]` in every row.
  ///   - constants: values of features without a column; NaN = missing.
  ///   - linked: whether the link is applied; without, sums are given (the margin).
  ///   - scores: gets one score a row, in place of what it held.
  ///   - scratch: this thread's memory.
  public func score(
    columns: Span<Float>, stride: Int, count: Int, columnOf: Span<Int32>, constants: Span<Float>,
    linked: Bool, into scores: inout [Float], scratch: ForestScratch
  ) {
    plain.score(
      columns: columns, stride: stride, count: count, columnOf: columnOf, constants: constants,
      linked: linked, into: &scores, scratch: scratch)
  }

  /// Scores rows that lie one after another, `forest.featureCount` floats each.
  public func score(
    rows: Span<Float>, count: Int, linked: Bool, into scores: inout [Float],
    scratch: ForestScratch
  ) {
    plain.score(rows: rows, count: count, linked: linked, into: &scores, scratch: scratch)
  }
}
