extension Array {
  /// Makes a column as long as a batch; what it holds then is the caller's to fill.
  mutating func fit(_ count: Int, _ zero: Element) {
    guard self.count != count else { return }
    removeAll(keepingCapacity: true)
    append(contentsOf: repeatElement(zero, count: count))
  }

  /// Appends to a list that never holds more than `most`: room grows by half instead of twice, and
  /// not beyond that, for there are millions of such lists.
  @inline(__always)
  mutating func append(_ element: Element, most: Int) {
    if count == capacity {
      let room = count &+ Swift.max(4, count / 2)
      reserveCapacity(Swift.max(count &+ 1, Swift.min(room, most)))
    }
    append(element)
  }
}
