internal import CUTF8Proc

// Safe because utf8proc writes at most as many scalars as the buffer is said to hold.

extension Unicode.Scalar {
  /// Calls `body` with each scalar of the full canonical decomposition, in order.
  func decompose(_ body: (Unicode.Scalar) -> Void) {
    // Below À nothing decomposes.
    guard value >= 0xC0 else { return body(self) }
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 32) { buffer in
      var boundary: Int32 = 0
      let count = unsafe utf8proc_decompose_char(
        Int32(value), buffer.baseAddress, buffer.count, UTF8PROC_DECOMPOSE, &boundary)
      guard count > 0, count <= buffer.count else { return body(self) }
      for i in 0..<count {
        if let part = unsafe Unicode.Scalar(UInt32(bitPattern: buffer[i])) { body(part) }
      }
    }
  }
}
