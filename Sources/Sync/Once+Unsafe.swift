public import Synchronization

// Safe because the pointer is written once, to an object that is retained for it, and given up when
// the place itself goes.

/// A place for an object that many threads may offer and only one does: whoever comes first.
///
/// Like the standard library's `AtomicLazyReference`, whose generic code is not specialised outside
/// its library and so costs more than what it guards.
@safe public struct Once<Value: AnyObject & Sendable>: ~Copyable, @unchecked Sendable {
  // Sendable: the only state is atomic.
  @usableFromInline let pointer: Atomic<UnsafeMutableRawPointer?>

  /// An empty place.
  @inlinable public init() { unsafe pointer = Atomic(nil) }

  deinit {
    guard let held = unsafe pointer.load(ordering: .acquiring) else { return }
    unsafe Unmanaged<Value>.fromOpaque(held).release()
  }

  /// What is there, if anything.
  @inlinable public func load() -> Value? {
    guard let held = unsafe pointer.load(ordering: .acquiring) else { return nil }
    return unsafe Unmanaged<Value>.fromOpaque(held).takeUnretainedValue()
  }

  /// Puts an object there unless there is one; what is there then.
  @inlinable @discardableResult
  public func storeIfNil(_ value: Value) -> Value {
    let offered = unsafe Unmanaged.passRetained(value)
    let (isFirst, held) = unsafe pointer.compareExchange(
      expected: nil, desired: offered.toOpaque(), ordering: .acquiringAndReleasing)
    guard !isFirst, let held = unsafe held else { return value }
    unsafe offered.release()
    return unsafe Unmanaged<Value>.fromOpaque(held).takeUnretainedValue()
  }
}
