/// The newest `capacity` values, oldest overwritten first. Memory grows with use, up to the bound.
package struct Ring<Element> {
  private var storage: [Element] = []
  private var start = 0

  /// How many values there are.
  package var count: Int { storage.count }

  /// Bytes set aside.
  var bytes: Int { storage.capacity * MemoryLayout<Element>.stride }

  /// Whether there are no values.
  package var isEmpty: Bool { storage.isEmpty }

  /// Adds the newest value.
  ///
  /// - Returns: the value that it overwrote.
  @discardableResult
  package mutating func append(_ element: Element, capacity: Int) -> Element? {
    if storage.count < capacity {
      if start != 0 { straighten() }
      storage.append(element, most: capacity)
      return nil
    }
    guard capacity > 0 else { return nil }
    let old = storage[start]
    storage[start] = element
    start = start + 1 == storage.count ? 0 : start + 1
    return old
  }

  /// The value that is `age` places from the newest; 0 is the newest.
  @inline(__always)
  package subscript(newest age: Int) -> Element {
    let position = start &+ storage.count &- 1 &- age
    return storage[position >= storage.count ? position &- storage.count : position]
  }

  /// Visits every value in the order of storage, which is no particular one.
  @inline(__always)
  package func forEach(_ body: (Element) -> Void) { for element in storage { body(element) } }

  /// Fetches what tells how many values there are, and the first of them.
  @inline(__always)
  mutating func fetchHead() { Prefetch.head(&storage) }

  /// Fetches where the next value goes and the newest ones; `fetchHead` came before.
  @inline(__always)
  mutating func fetchNewest(_ capacity: Int) {
    let next = storage.count < capacity ? storage.count : start
    Prefetch.element(&storage, next)
    Prefetch.element(&storage, next &- 6)
  }

  /// Keeps the values that satisfy `isIncluded`, in order.
  package mutating func keep(where isIncluded: (Element) -> Bool) {
    guard !storage.allSatisfy(isIncluded) else { return }
    straighten()
    storage.removeAll { !isIncluded($0) }
  }

  private mutating func straighten() {
    guard start != 0 else { return }
    storage = Array(storage[start...] + storage[..<start])
    start = 0
  }

  /// The values, oldest first.
  package var elements: [Element] { Array(storage[start...] + storage[..<start]) }

  package init() {}

  /// A ring of values, oldest first.
  package init(_ elements: [Element]) { storage = elements }
}
