internal import CKernels

/// Memory that an evaluation uses from one call to the next; one a thread.
///
/// It also keeps what the last call worked out from its constant features, for the next call with
/// the same ones: the batches of one request.
///
/// Safe because the memory is reached only through calls that were given this object, which belongs
/// to one thread, and each reserves what it needs before it hands addresses to the kernels.
@safe public final class ForestScratch {
  /// One row, of the plain evaluation.
  var row: [Float] = []
  var matrix = ForestMemory<UInt64>(0)
  var tile = ForestMemory<Float>(0)
  let plan = ForestPlan()
  /// What `plan` was filled from.
  private var shape: ForestShape?
  private var sources: [Int32] = []
  private var constants: [UInt32] = []

  /// Empty; it grows with use.
  public init() {}

  /// Makes `plan` that of a forest with these constants.
  func fill(
    from forest: ForestShape, base: Float, sources: Span<Int32>, constants: Span<Float>,
    isPlanar: Bool
  ) {
    if shape === forest, isSame(sources, constants) { return }
    plan.fill(
      from: forest, base: base, sources: sources, constants: constants, isPlanar: isPlanar)
    shape = forest
    self.sources.removeAll(keepingCapacity: true)
    self.constants.removeAll(keepingCapacity: true)
    for feature in sources.indices {
      self.sources.append(sources[feature])
      self.constants.append(sources[feature] < 0 ? constants[feature].bitPattern : 0)
    }
  }

  private func isSame(_ sources: Span<Int32>, _ constants: Span<Float>) -> Bool {
    guard sources.count == self.sources.count else { return false }
    for feature in sources.indices {
      guard sources[feature] == self.sources[feature],
        sources[feature] >= 0 || constants[feature].bitPattern == self.constants[feature]
      else { return false }
    }
    return true
  }
}
