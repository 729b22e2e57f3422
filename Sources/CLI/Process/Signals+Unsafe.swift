internal import Feed
internal import Glibc
internal import Sync
internal import Synchronization

// Safe because the set is a local value that the system fills or reads for one call, and because
// the handler does nothing but read a number and call `pthread_kill`, which a handler may.

/// The signals that end a program, taken by a thread that waits for them: no handler runs in the
/// middle of other code.
final class Signals: Sendable {
  private static let ending = [SIGINT, SIGTERM]
  private static let others = [SIGHUP]
  private let lock = Lock()
  private let count = Atomic<Int>(0)

  /// Keeps the signals from every thread that starts from now on, and waits for them.
  ///
  /// The first one wakes `wait`; the second one ends the process at once. A hang-up does nothing,
  /// and writing to a closed connection is an error of that write alone.
  init() {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in Self.ending + Self.others { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    _ = signal(SIGPIPE, SIG_IGN)
    let wanted = set
    _ = Thread { [self] in
      waiter.store(UInt(pthread_self()), ordering: .releasing)
      for number in Self.ending + Self.others { _ = signal(number, forward) }
      while true {
        let number = Self.next(wanted)
        guard Self.ending.contains(number) else { continue }
        if count.add(1, ordering: .acquiringAndReleasing).newValue > 1 { _exit(128 + number) }
        wake()
      }
    }
  }

  /// Whether the program was asked to end.
  var isRaised: Bool { count.load(ordering: .acquiring) > 0 }

  /// Ends the waiting as a signal does.
  func end() {
    count.add(1, ordering: .acquiringAndReleasing)
    wake()
  }

  /// Waits until the program is asked to end.
  func wait() {
    lock.withLock { while !isRaised { lock.wait(milliseconds: 1_000) } }
  }

  /// Waits until the program is asked to end, or so long.
  ///
  /// - Returns: whether it was asked.
  func wait(milliseconds: Int) -> Bool {
    lock.withLock {
      if !isRaised { lock.wait(milliseconds: milliseconds) }
      return isRaised
    }
  }

  private func wake() { lock.withLock { lock.signalAll() } }

  private static func next(_ wanted: sigset_t) -> Int32 {
    var set = wanted
    var number: Int32 = 0
    return unsafe sigwait(&set, &number) == 0 ? number : 0
  }
}

/// The thread that waits for signals.
private let waiter = Atomic<UInt>(0)

/// Hands a signal on to the thread that waits for it: a library may have started threads of its own
/// before the program's first line, which do not keep signals back.
private func forward(_ number: Int32) {
  pthread_kill(pthread_t(waiter.load(ordering: .acquiring)), number)
}
