internal import Feed
internal import Sync

/// Syncs the write-ahead log every so many milliseconds: the thread behind `interval`.
final class LogSyncer: @unchecked Sendable {
  // Sendable: every mutable property is read and written under `lock`.
  private let lock = Lock()
  private let file: String
  private let milliseconds: Int
  private let syncs: Histogram
  private var written = 0
  private var isStopped = false
  private var error: LogError?
  private var thread: Thread?

  init(file: String, milliseconds: Int, syncs: Histogram) {
    self.syncs = syncs
    self.file = file
    self.milliseconds = milliseconds
    thread = Thread { [self] in run() }
  }

  /// Why syncing ended; nil while it goes on. A failed sync is never tried again.
  var failure: LogError? { lock.withLock { error } }

  /// Notes that there is something to sync.
  func noteWrite() { lock.withLock { written += 1 } }

  /// Syncs what is left and ends the thread.
  func stop() {
    let thread = lock.withLock {
      isStopped = true
      lock.signalAll()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  private func run() {
    var descriptor: FileDescriptor?
    var synced = 0
    while true {
      let (target, ends) = lock.withLock {
        if !isStopped { lock.wait(milliseconds: milliseconds) }
        return (written, isStopped)
      }
      if target > synced {
        do {
          let open = try descriptor ?? FileDescriptor(file, .read)
          descriptor = open
          let start = Instant.now
          try open.sync()
          syncs.observe(seconds: Double(start.microsecondsToNow) / 1e6)
          synced = target
        } catch {
          lock.withLock {
            self.error = LogError(.failed, "\(error); check the disk, then start again")
          }
          return
        }
      }
      if ends { return }
    }
  }
}
