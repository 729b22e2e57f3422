internal import CKernels

/// Hints to the processor about memory that is needed soon, so that the lines of many events are
/// fetched side by side instead of one after another.
///
/// Safe because a hint reads nothing: addresses are only computed, never followed, and the
/// processor ignores those that lead nowhere. That an array's elements lie 32 bytes behind its
/// reference, with the count in front of them, is how the standard library lays arrays out; were it
/// otherwise, the hints would be wrong and nothing else. The reference is read as bits from where
/// it is kept (so columns are `inout`, but nothing changes them): a borrow would count it, and the
/// count lies in the very memory that is not here yet.
enum Prefetch {
  private static let lineBytes = 64
  private static let headBytes = 32

  /// An element of a column that may lie beyond its end.
  @inline(__always)
  static func element<Element>(_ column: inout [Element], _ index: Int) {
    element(&column, index, bytes: MemoryLayout<Element>.stride)
  }

  /// The first bytes of such an element.
  @inline(__always)
  static func element<Element>(_ column: inout [Element], _ index: Int, bytes: Int) {
    lines(&column, index &* MemoryLayout<Element>.stride, bytes)
  }

  /// An element of a span; beyond its end nothing is asked for.
  @inline(__always)
  static func element<Element>(_ span: Span<Element>, _ index: Int) {
    unsafe span.withUnsafeBufferPointer { buffer in
      guard index >= 0, index < buffer.count, let base = buffer.baseAddress else { return }
      unsafe updraft_prefetch(base + index)
    }
  }

  /// What a pointer leads to.
  @inline(__always)
  static func pointer(_ pointer: UnsafeRawPointer) { unsafe updraft_prefetch(pointer) }

  /// The first `count` elements.
  @inline(__always)
  static func first<Element>(_ column: inout [Element], _ count: Int) {
    lines(&column, -headBytes, headBytes &+ count &* MemoryLayout<Element>.stride)
  }

  /// What tells the length of an array, and the first of its elements.
  @inline(__always)
  static func head<Element>(_ column: inout [Element]) { lines(&column, -headBytes, headBytes) }

  @inline(__always)
  private static func lines<Element>(_ column: inout [Element], _ start: Int, _ count: Int) {
    let reference = unsafe withUnsafePointer(to: &column) { place in
      unsafe UnsafeRawPointer(place).load(as: UInt.self)
    }
    let base = reference &+ UInt(headBytes)
    let first = base &+ UInt(bitPattern: start)
    let end = first &+ UInt(bitPattern: count)
    var line = first & ~UInt(lineBytes &- 1)
    repeat {
      unsafe updraft_prefetch(UnsafeRawPointer(bitPattern: line))
      line &+= UInt(lineBytes)
    } while line < end
  }
}
