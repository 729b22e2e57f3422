internal import Feed
internal import Sync

/// Lets callers in one at a time, in the order in which they came: a long prune that comes back
/// slice after slice then never keeps an append waiting for more than one of them.
final class Turn: @unchecked Sendable {
  // Sendable: both numbers are read and written under `lock`.
  private let lock = Lock()
  private var next = 0
  private var serving = 0

  func take<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.withLock {
      let mine = next
      next += 1
      while serving != mine { lock.wait() }
    }
    defer {
      lock.withLock {
        serving += 1
        lock.signalAll()
      }
    }
    return try body()
  }
}
