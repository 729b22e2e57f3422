internal import Glibc

// This module stands below the engine and so has a lock of its own. Safe because the pthread
// objects live behind pointers that are allocated once, never moved, and freed with their owner.

/// A mutual-exclusion lock with a condition to wait on, for rare paths (accept, close, drain).
@safe final class Gate: @unchecked Sendable {
  // Sendable: the only state is the pthread objects, which are made for sharing.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let signal: UnsafeMutablePointer<pthread_cond_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe signal = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe signal.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(signal, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(signal)
    unsafe pthread_mutex_destroy(mutex)
    unsafe signal.deallocate()
    unsafe mutex.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Waits for `wakeAll` at most `milliseconds`; the caller holds the lock.
  func wait(milliseconds: Int) {
    var until = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &until)
    let nanoseconds = until.tv_nsec + (milliseconds % 1000) * 1_000_000
    until.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    until.tv_nsec = nanoseconds % 1_000_000_000
    unsafe pthread_cond_timedwait(signal, mutex, &until)
  }

  func wakeAll() { unsafe pthread_cond_broadcast(signal) }
}

/// The thread that watches deadlines; it can be joined once.
final class BackgroundThread: Sendable {
  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let handle: pthread_t

  /// - Precondition: the system can start another thread.
  init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(Start(body))
    let status = unsafe pthread_create(
      &handle, nil,
      { pointer in
        guard let pointer = unsafe pointer else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    precondition(status == 0, "the system refused a new thread: \(status)")
    self.handle = handle
  }

  func join() { pthread_join(handle, nil) }
}

/// The coarse monotonic clock: a few milliseconds of error, a few nanoseconds to read.
enum CoarseClock {
  static var milliseconds: UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    return UInt64(now.tv_sec) &* 1000 &+ UInt64(now.tv_nsec) / 1_000_000
  }
}
