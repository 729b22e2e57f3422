/// A queue whose elements keep their number.
struct NumberedQueue<Element: Sendable>: Sendable {
  private var storage: [Element] = []
  private var head = 0
  /// The number of the oldest element.
  private(set) var start: UInt64 = 0

  /// The number that the next element gets.
  var end: UInt64 { start + UInt64(count) }

  /// How many there are.
  var count: Int { storage.count - head }

  /// The oldest element.
  var first: Element? { head < storage.count ? storage[head] : nil }

  /// The element of a number from `start` to below `end`.
  subscript(number: UInt64) -> Element {
    get { storage[head + Int(number - start)] }
    set { storage[head + Int(number - start)] = newValue }
  }

  /// Adds an element; its number.
  @discardableResult
  mutating func append(_ element: Element) -> UInt64 {
    storage.append(element)
    return end - 1
  }

  /// Removes the oldest element.
  ///
  /// - Complexity: O(1) on average.
  mutating func removeFirst() -> Element? {
    guard let element = first else { return nil }
    head += 1
    start += 1
    if head >= 64, head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }
}
