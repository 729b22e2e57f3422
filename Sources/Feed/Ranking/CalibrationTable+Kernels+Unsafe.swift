internal import CKernels

/// Safe because the knots are lent for the call alone, and `init` made what the kernel relies on:
/// rising knots with as many values, a knot for every cell that is not the last, and no value
/// further than `steps` from that of its cell.
extension CalibrationTable {
  /// Calibrates numbers in place; NaN stays NaN.
  package func apply(_ values: inout [Float]) {
    guard !starts.isEmpty else { return applyToEnds(&values) }
    unsafe raw.withUnsafeBufferPointer { raw in
      unsafe calibrated.withUnsafeBufferPointer { calibrated in
        unsafe starts.withUnsafeBufferPointer { starts in
          unsafe values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            var knots = unsafe updraft_knots(
              raw: raw.baseAddress, calibrated: calibrated.baseAddress, count: raw.count,
              starts: starts.baseAddress, cells: starts.count, scale: scale, steps: steps)
            unsafe updraft_columns_best().pointee.calibrate(&knots, base, values.count)
          }
        }
      }
    }
  }

  /// Without a range every number is beyond one end; without knots it stays.
  private func applyToEnds(_ values: inout [Float]) {
    guard let first = raw.first, let last = raw.last else { return }
    for index in values.indices {
      if values[index] <= first {
        values[index] = calibrated[0]
      } else if values[index] >= last {
        values[index] = calibrated[raw.count - 1]
      }
    }
  }
}
