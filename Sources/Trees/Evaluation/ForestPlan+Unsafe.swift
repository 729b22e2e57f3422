internal import CKernels

/// What the kernels do for a batch: a forest's tests and trees, without those that constant
/// features settle.
///
/// Safe because the arrays have room for the whole forest that they are filled from, of which a
/// plan is a part, and `plan` points into them; one thread at a time fills a plan, and none while
/// others read it.
@safe final class ForestPlan: @unchecked Sendable {
  // Sendable: a compiled forest fills its plan before it is shared, a scratch has one thread.
  private(set) var plan = unsafe updraft_forest_plan()
  private var columns = unsafe ForestMemory<updraft_forest_column>(0)
  private var codes = ForestMemory<UInt8>(0)
  private var steps = ForestMemory<updraft_forest_step>(0)
  private var depths = ForestMemory<UInt8>(0)
  private var rows = ForestMemory<UInt32>(0)
  private var leaves = ForestMemory<Float>(0)
  private var known = ForestMemory<UInt8>(0)
  private var used = ForestMemory<UInt8>(0)
  private var numbers = ForestMemory<UInt32>(0)

  /// Makes it the plan of a forest.
  ///
  /// - Parameters:
  ///   - sources: the caller's column of each feature; below 0 = `constants` has its value.
  ///   - isPlanar: how the leaves of `forest` lie.
  func fill(
    from forest: ForestShape, base: Float, sources: Span<Int32>, constants: Span<Float>,
    isPlanar: Bool
  ) {
    let shape = unsafe forest.shape
    let entries = unsafe shape.test_count + shape.reach_count + 1
    unsafe columns.reserve(shape.column_count)
    unsafe codes.reserve(shape.test_count)
    unsafe steps.reserve(shape.step_count + shape.reach_count)
    unsafe depths.reserve(shape.piece_count)
    unsafe rows.reserve(shape.piece_count * 64)
    unsafe leaves.reserve(shape.piece_count * 64)
    known.reserve(entries)
    used.reserve(entries)
    numbers.reserve(entries)
    unsafe plan = updraft_forest_plan(
      columns: columns.base, column_count: 0, codes: codes.base, steps: steps.base, step_count: 0,
      row_count: 0, unit_count: 0, depths: depths.base, rows: rows.base, leaves: leaves.base,
      base: base)
    unsafe sources.withUnsafeBufferPointer { sources in
      unsafe constants.withUnsafeBufferPointer { constants in
        unsafe withUnsafePointer(to: shape) { shape in
          unsafe updraft_forest_fill(
            shape, sources.baseAddress, constants.baseAddress, isPlanar ? 1 : 0, known.base,
            used.base, numbers.base, &plan)
        }
      }
    }
  }
}
