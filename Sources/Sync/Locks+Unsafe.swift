public import Glibc

// Every lock is in this file, backed by pthreads: the standard library's `Mutex`
// collapses when more threads than cores contend. Safe because each primitive lives behind a
// pointer that is allocated once, never moved, and freed only when its owner goes away.

/// A mutual-exclusion lock with a condition to wait on.
@safe public final class Lock: @unchecked Sendable {
  // Sendable: the only state is the pthread objects, which are made for sharing.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let signal: UnsafeMutablePointer<pthread_cond_t>

  /// Makes an unlocked lock.
  public init() {
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

  /// Runs `body` while holding the lock.
  @inlinable @inline(__always)
  public func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Runs `body` while holding the lock, unless another thread holds it; false then.
  @discardableResult
  public func withLockIfFree(_ body: () -> Void) -> Bool {
    guard unsafe pthread_mutex_trylock(mutex) == 0 else { return false }
    defer { unsafe pthread_mutex_unlock(mutex) }
    body()
    return true
  }

  /// Waits for a signal; the caller holds the lock, which is released meanwhile.
  public func wait() { unsafe pthread_cond_wait(signal, mutex) }

  /// Waits for a signal at most `milliseconds`; the caller holds the lock.
  public func wait(milliseconds: Int) {
    var until = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &until)
    let nanoseconds = until.tv_nsec + (milliseconds % 1000) * 1_000_000
    until.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    until.tv_nsec = nanoseconds % 1_000_000_000
    unsafe pthread_cond_timedwait(signal, mutex, &until)
  }

  /// Wakes one waiter.
  public func signalOne() { unsafe pthread_cond_signal(signal) }

  /// Wakes every waiter.
  public func signalAll() { unsafe pthread_cond_broadcast(signal) }
}

/// Many readers or one writer; a waiting writer goes before new readers, so that acknowledgements
/// are not starved by pages. A reader must not take it twice.
@safe public final class ReadWriteLock: @unchecked Sendable {
  // Sendable: the only state is the pthread object, which is made for sharing.
  @usableFromInline let lock: UnsafeMutablePointer<pthread_rwlock_t>

  /// Makes an unlocked lock.
  public init() {
    unsafe lock = .allocate(capacity: 1)
    unsafe lock.initialize(to: pthread_rwlock_t())
    var attributes = pthread_rwlockattr_t()
    unsafe pthread_rwlockattr_init(&attributes)
    // glibc's PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP
    unsafe pthread_rwlockattr_setkind_np(&attributes, 2)
    unsafe pthread_rwlock_init(lock, &attributes)
    unsafe pthread_rwlockattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_rwlock_destroy(lock)
    unsafe lock.deallocate()
  }

  /// Runs `body` beside other readers, with no writer.
  @inlinable @inline(__always)
  public func reading<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_rwlock_rdlock(lock)
    defer { unsafe pthread_rwlock_unlock(lock) }
    return try body()
  }

  /// Runs `body` alone.
  @inlinable @inline(__always)
  public func writing<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_rwlock_wrlock(lock)
    defer { unsafe pthread_rwlock_unlock(lock) }
    return try body()
  }

  /// Lets waiting readers in for a moment; the caller is writing and is writing again on return.
  public func breathe() {
    unsafe pthread_rwlock_unlock(lock)
    sched_yield()
    unsafe pthread_rwlock_wrlock(lock)
  }
}
