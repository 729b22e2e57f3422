internal import Glibc

// Safe because bytes are compared only after their counts were found to be equal.

extension RequestHead {
  /// Whether a head that has come is this one, byte for byte, so that it would be read alike.
  ///
  /// - Parameters:
  ///   - raw: the head as the HTTP library has split it.
  ///   - target: the target as it was sent, in place of what `raw` holds of it.
  func isSame(_ raw: UnsafeRawBufferPointer, _ target: [UInt8], _ other: Layout) -> Bool {
    guard raw.count == bytes.count, other == layout, target.count == layout.targetCount else {
      return false
    }
    let targetEnd = layout.targetStart + layout.targetCount
    return unsafe bytes.withUnsafeBytes { own in
      unsafe target.withUnsafeBytes { sent in
        unsafe Self.equal(own[..<layout.targetStart], raw[..<layout.targetStart])
          && Self.equal(own[layout.targetStart..<targetEnd], sent[...])
          && Self.equal(own[targetEnd...], raw[targetEnd...])
      }
    }
  }

  private static func equal(
    _ one: Slice<UnsafeRawBufferPointer>, _ other: Slice<UnsafeRawBufferPointer>
  ) -> Bool {
    let (one, other) = unsafe (
      UnsafeRawBufferPointer(rebasing: one), UnsafeRawBufferPointer(rebasing: other)
    )
    guard one.count == other.count else { return false }
    guard let left = one.baseAddress, let right = other.baseAddress else { return one.count == 0 }
    return unsafe memcmp(left, right, one.count) == 0
  }
}
