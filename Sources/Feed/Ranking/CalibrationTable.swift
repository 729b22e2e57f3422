/// A calibration made ready for batches: it gives what `Calibration.apply` gives, and finds the
/// knots by a table over the range instead of by halving it.
package struct CalibrationTable: Sendable {
  private static let cells = 1_024

  let raw: [Float]
  let calibrated: [Float]
  /// For each cell of the range, the last knot that is not above its lower end; none = no range.
  let starts: [UInt32]
  let scale: Float
  /// The most knots between that one and a value of its cell.
  let steps: UInt32

  /// - Throws: `ModelError` unless knots rise, their values never fall, and all are finite.
  package init(_ calibration: Calibration, name: String) throws(ModelError) {
    raw = calibration.raw
    calibrated = calibration.calibrated
    guard raw.count == calibrated.count, raw.count <= Int(UInt16.max) else {
      throw ModelError(
        .calibration, "\(name): \(raw.count) knots, and values for \(calibrated.count)")
    }
    guard raw.allSatisfy(\.isFinite), calibrated.allSatisfy(\.isFinite) else {
      throw ModelError(.calibration, "\(name): a knot is not a finite number")
    }
    for index in raw.indices.dropFirst() {
      guard raw[index - 1] < raw[index], calibrated[index - 1] <= calibrated[index] else {
        throw ModelError(.calibration, "\(name): knots must rise; see the one numbered \(index)")
      }
    }
    guard let first = raw.first, let last = raw.last, last > first else {
      (scale, starts, steps) = (0, [], 0)
      return
    }
    scale = Float(Self.cells) / (last - first)
    var starts: [UInt32] = []
    var steps = 0
    var (knot, end) = (0, 0)
    for cell in 0..<Self.cells {
      // A little beyond the cell's ends, so that rounding never begins beyond the knot, nor stops
      // before it.
      let low = first + (Float(cell) - 0.5) / scale
      let high = first + (Float(cell) + 1.5) / scale
      while knot + 2 < raw.count, raw[knot + 1] <= low { knot += 1 }
      while end + 2 < raw.count, raw[end + 1] <= high { end += 1 }
      starts.append(UInt32(knot))
      steps = max(steps, end - knot)
    }
    self.starts = starts
    self.steps = UInt32(steps)
  }
}
