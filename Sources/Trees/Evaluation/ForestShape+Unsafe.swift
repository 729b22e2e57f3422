internal import CKernels

/// A forest as the kernels read it, before it is known what is constant.
///
/// Safe because every pointer in `shape` is into memory that this object owns and never changes
/// after `init`; columns, tests, steps and units only name each other, as the builders made them.
@safe final class ForestShape: @unchecked Sendable {
  // Sendable: nothing is written after `init`.
  let shape: updraft_forest_shape
  private let columns: ForestMemory<updraft_forest_column>
  private let tables: ForestMemory<Float>
  private let codes: ForestMemory<UInt8>
  private let steps: ForestMemory<updraft_forest_step>
  private let depths: ForestMemory<UInt8>
  private let tests: ForestMemory<UInt32>
  private let leaves: ForestMemory<Float>

  /// - Parameters:
  ///   - forest: one that passed its check.
  ///   - isPlanar: how the variant wants leaves.
  init(_ forest: Forest, isPlanar: Bool) {
    let trees = forest.trees.map { Forest.reached($0) }
    let asked = ForestColumns(trees)
    let pieces = ForestPieces(trees, asked)
    let units = ForestUnits(
      pieces, blank: UInt32(asked.codes.count + pieces.reachCount), isPlanar: isPlanar)
    let zeros = Set(forest.zeroIsMissing)
    unsafe columns = ForestMemory(asked.columns.count)
    tables = ForestMemory(asked.columns.count * 256)
    codes = ForestMemory(asked.codes)
    steps = ForestMemory(pieces.steps)
    depths = ForestMemory(units.depths)
    tests = ForestMemory(units.tests)
    leaves = ForestMemory(units.leaves)
    for (number, column) in asked.columns.enumerated() {
      let table = unsafe tables.base + 256 * number
      for (index, threshold) in column.table.enumerated() { unsafe table[index] = threshold }
      unsafe columns.base[number] = updraft_forest_column(
        source: UInt32(column.feature), levels: UInt32(column.levels),
        zero_is_missing: zeros.contains(column.feature) ? 1 : 0, lefts: UInt32(column.lefts),
        rights: UInt32(column.rights), table: table)
    }
    unsafe shape = updraft_forest_shape(
      columns: columns.base, column_count: asked.columns.count, codes: codes.base,
      test_count: asked.codes.count, steps: steps.base, step_count: pieces.steps.count,
      reach_count: pieces.reachCount, piece_count: pieces.roots.count, depths: depths.base,
      tests: tests.base, leaves: leaves.base)
  }
}
