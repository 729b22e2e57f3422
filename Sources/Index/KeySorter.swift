/// Sorts integers by their bytes: for hundreds of them and more several times as fast as comparing.
///
/// A byte that is the same in all of them takes no pass. It keeps its memory for the next time.
public struct KeySorter: Sendable {
  private static let values = 256

  private var other: [UInt64] = []
  /// By byte, then by its value: how many keys, and then where the next one goes.
  private var counts: [UInt32] = []

  /// A sorter without memory; it grows to what it is given.
  public init() {}

  /// Puts the keys in rising order.
  ///
  /// - Parameter byte: the lowest byte that counts; what differs only below it keeps its order.
  /// - Complexity: O(keys).
  public mutating func sort(_ keys: inout [UInt64], from byte: Int = 0) {
    precondition(byte >= 0 && byte < 8 && keys.count <= Int(UInt32.max), "bytes of a key")
    guard keys.count > 1 else { return }
    if counts.isEmpty { counts = Array(repeating: 0, count: 8 * Self.values) }
    if other.count != keys.count {
      other.removeAll(keepingCapacity: true)
      other.append(contentsOf: repeatElement(0, count: keys.count))
    }
    Self.count(keys, from: byte, &counts)
    for byte in byte..<8 where counts[Self.place(keys[0], byte)] != keys.count {
      Self.pass(keys, &other, &counts, byte)
      swap(&keys, &other)
    }
  }

  /// Where the count of a key's byte stands.
  @inline(__always)
  private static func place(_ key: UInt64, _ byte: Int) -> Int {
    byte &* values &+ Int(truncatingIfNeeded: key &>> UInt64(8 &* byte) & 255)
  }

  private static func count(_ keys: borrowing [UInt64], from byte: Int, _ counts: inout [UInt32]) {
    let keys = keys.span
    var counts = counts.mutableSpan
    for place in counts.indices { counts[place] = 0 }
    for index in keys.indices {
      for byte in byte..<8 { counts[place(keys[index], byte)] &+= 1 }
    }
  }

  /// Sorts by one byte into `other`; equal ones keep their order.
  private static func pass(
    _ keys: borrowing [UInt64], _ other: inout [UInt64], _ counts: inout [UInt32], _ byte: Int
  ) {
    let keys = keys.span
    var counts = counts.mutableSpan
    var other = other.mutableSpan
    var start: UInt32 = 0
    for place in byte &* values..<(byte &+ 1) &* values {
      let count = counts[place]
      counts[place] = start
      start &+= count
    }
    for index in keys.indices {
      let place = place(keys[index], byte)
      other[Int(counts[place])] = keys[index]
      counts[place] &+= 1
    }
  }
}
