internal import CKernels
internal import Glibc

/// A forest made ready for batches of rows: it gives the same sums as `PlainForest`, bit for bit,
/// at a small part of its time.
///
/// Values become ranks among the thresholds of their feature, ranks become planes of bits, and a
/// tree is a choice between rows of bits, 128 to 512 rows at once, by the widest instructions that
/// the processor has. The idea of tests before trees is that of QuickScorer (Lucchese, Nardini,
/// Orlando, Perego, Tonellotto, Venturini, SIGIR 2015, doi:10.1145/2766462.2767733); the matrix of
/// bits is in `CKernels/forest.h`.
///
/// ```swift
/// let forest = try CompiledForest(Forest.load(bytes))
/// forest.score(rows: values.span, count: 200, linked: true, into: &scores, scratch: scratch)
/// ```
///
/// Safe because each call checks that the columns, or rows, that the kernels will read are there,
/// reserves the memory that the plan asks for, and lets them write as many scores as it made room
/// for. Plans name only rows of the matrix that they count.
@safe public final class CompiledForest: @unchecked Sendable {
  // Sendable: nothing is written after `init`.

  /// What it was made from.
  public let forest: Forest
  /// The instruction set that is used.
  public let variant: String
  private let shape: ForestShape
  /// Nothing is constant, and column f is feature f.
  private let whole = ForestPlan()
  private let kernels: updraft_forest

  /// Instruction sets of this processor, fastest first.
  public static var variants: [String] {
    var names: [String] = []
    while let kernels = unsafe updraft_forest_at(names.count) {
      names.append(unsafe String(cString: kernels.pointee.name))
    }
    return names
  }

  /// - Parameter variant: one of `variants`; nil = the fastest.
  /// - Throws: a `ForestError` when `forest` does not pass its check, or there is no such variant.
  public init(_ forest: Forest, variant: String? = nil) throws(ForestError) {
    try forest.check()
    let name = variant ?? Self.variants[0]
    guard let index = Self.variants.firstIndex(of: name),
      let kernels = unsafe updraft_forest_at(index)
    else {
      throw ForestError(
        .unsupported,
        "instruction set \(name); this processor has \(Self.variants.joined(separator: ", "))")
    }
    self.forest = forest
    self.variant = name
    unsafe self.kernels = kernels.pointee
    shape = unsafe ForestShape(forest, isPlanar: self.kernels.planar != 0)
    let sources = (0..<Int32(forest.featureCount)).map { $0 }
    let constants = [Float](repeating: .nan, count: forest.featureCount)
    unsafe whole.fill(
      from: shape, base: forest.base, sources: sources.span, constants: constants.span,
      isPlanar: self.kernels.planar != 0)
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
    let width = forest.featureCount
    precondition(columnOf.count == width && constants.count == width, "an entry a feature")
    precondition(count >= 0 && stride >= count, "a column holds its rows")
    var isWhole = true
    for feature in 0..<width {
      let column = Int(columnOf[feature])
      precondition(column < 0 || column * stride + count <= columns.count, "a column is there")
      isWhole = isWhole && column == feature
    }
    if !isWhole {
      unsafe scratch.fill(
        from: shape, base: forest.base, sources: columnOf, constants: constants,
        isPlanar: kernels.planar != 0)
    }
    run(
      isWhole ? whole : scratch.plan, columns, stride: stride, width: 0, count: count,
      linked: linked, into: &scores, scratch)
  }

  /// Scores rows that lie one after another, `forest.featureCount` floats each; NaN = missing.
  public func score(
    rows: Span<Float>, count: Int, linked: Bool, into scores: inout [Float],
    scratch: ForestScratch
  ) {
    precondition(count >= 0 && rows.count >= count * forest.featureCount, "the rows are there")
    run(
      whole, rows, stride: 0, width: forest.featureCount, count: count, linked: linked,
      into: &scores, scratch)
  }

  private func run(
    _ plan: ForestPlan, _ values: Span<Float>, stride: Int, width: Int, count: Int, linked: Bool,
    into scores: inout [Float], _ scratch: ForestScratch
  ) {
    if scores.count != count {
      scores.removeAll(keepingCapacity: true)
      scores.append(contentsOf: repeatElement(0, count: count))
    }
    guard count > 0 else { return }
    unsafe scratch.matrix.reserve(plan.plan.row_count * kernels.block / 64)
    unsafe scratch.tile.reserve(max(width, 1) * kernels.block)
    let slope = linked && forest.link == .logistic ? forest.slope : 0
    unsafe values.withUnsafeBufferPointer { values in
      unsafe scores.withUnsafeMutableBufferPointer { scores in
        unsafe withUnsafePointer(to: plan.plan) { plan in
          unsafe kernels.score(
            plan, values.baseAddress, stride, width, count, slope, scratch.matrix.base,
            scratch.tile.base, scores.baseAddress)
        }
      }
    }
    guard linked, forest.link == .exponential else { return }
    for row in scores.indices { scores[row] = expf(scores[row]) }
  }
}
