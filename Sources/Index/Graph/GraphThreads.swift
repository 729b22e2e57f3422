internal import Glibc
internal import Sync

/// Work that several threads share; the caller's is one of them.
enum GraphThreads {
  /// Calls `body` on `threads` threads at once, with the number of each, and waits for all.
  static func run(_ threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let others = (1..<max(threads, 1)).map { number in Thread { body(number) } }
    body(0)
    for other in others { other.join() }
  }

  /// Lets other threads run.
  static func yield() { sched_yield() }
}
