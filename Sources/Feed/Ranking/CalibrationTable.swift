/// A calibration made ready for batches: it gives what `Calibration.apply` gives, and finds the
/// knots by a table over the range instead of by halving it.
package struct CalibrationTable: Sendable {
  private static let cells = 1_024

  private let raw: [Float]
  private let calibrated: [Float]
  /// For each cell of the range, the last knot that is not above its lower end.
  private let starts: [UInt16]
  private let scale: Float

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
      scale = 0
      starts = []
      return
    }
    scale = Float(Self.cells) / (last - first)
    var starts: [UInt16] = []
    var knot = 0
    for cell in 0..<Self.cells {
      // A little below the cell's end, so that rounding never begins beyond the knot.
      let low = first + (Float(cell) - 0.5) / scale
      while knot + 2 < raw.count, raw[knot + 1] <= low { knot += 1 }
      starts.append(UInt16(knot))
    }
    self.starts = starts
  }

  /// Calibrates numbers in place; NaN stays NaN.
  package func apply(_ values: inout [Float]) {
    guard let first = raw.first, let last = raw.last else { return }
    for index in values.indices {
      let value = values[index]
      if value <= first {
        values[index] = calibrated[0]
      } else if value >= last {
        values[index] = calibrated[raw.count - 1]
      } else if value.isFinite {
        values[index] = between(value, first)
      }
    }
  }

  @inline(__always)
  private func between(_ value: Float, _ first: Float) -> Float {
    let cell = min(Self.cells &- 1, Int((value - first) * scale))
    var low = Int(starts[cell])
    while raw[low &+ 1] <= value { low &+= 1 }
    let share = (value - raw[low]) / (raw[low &+ 1] - raw[low])
    return calibrated[low] + share * (calibrated[low &+ 1] - calibrated[low])
  }
}
