internal import Index
internal import Sync

extension Engine {
  /// Rows that are linked before others may have the processor.
  private static let settleRows = 256
  /// From so many waiting rows on, as after a start, they are linked together.
  private static let buildRows = 20_000
  /// Rows that are enough to learn the codes' scale from.
  private static let youngRows = 256

  /// The work of the thread that links new vectors into their graphs, beside pages and commits:
  /// what waits is found by every search meanwhile, only slower. It also writes the graphs, after
  /// each snapshot and when the engine stops.
  func linkLoop() {
    while !linker.isStopping {
      var waiting = 0
      for index in read({ $0.graphs }) where !linker.isStopping {
        if index.pending >= (index.isYoung ? Self.youngRows : Self.buildRows) {
          index.build(threads: 1, keepGoing: { !self.linker.isStopping })
          linker.requestSave()
        } else {
          waiting += index.settle(most: Self.settleRows)
        }
      }
      if linker.takeSaveRequest() { saveGraphs() }
      if waiting == 0 {
        let (probe, index) = read { ($0.nearest, $0.vectors) }
        let wasFailing = probe.isFailing
        probe.probe(index)
        if probe.isFailing != wasFailing { say(Self.verdict(probe)) }
        linker.rest()
      }
    }
    saveGraphs()
  }
}

extension Engine {
  fileprivate static func verdict(_ probe: NearestProbe) -> String {
    let share = "\(((probe.recall ?? 0) * 1000).rounded() / 1000)"
    return probe.isFailing
      ? "index-probe: searches find \(share) of the exact answers; pages go on without `nearest`"
      : "index-probe: searches find \(share) of the exact answers again"
  }
}

/// How the thread that links is woken and stopped.
final class Linker: @unchecked Sendable {
  // Sendable: the variables are only touched under `lock`.
  private let lock = Lock()
  private var stopping = false
  private var hasWork = false
  private var shouldSave = false

  /// How long it rests when nobody wakes it, for slots that wait to be taken apart.
  private static let restMs = 1_000

  var isStopping: Bool { lock.withLock { stopping } }

  func wake() {
    lock.withLock {
      hasWork = true
      lock.signalOne()
    }
  }

  /// Lets the graphs be written soon.
  func requestSave() {
    lock.withLock {
      shouldSave = true
      hasWork = true
      lock.signalOne()
    }
  }

  /// Whether the graphs are to be written; asked once for each request.
  func takeSaveRequest() -> Bool {
    lock.withLock {
      defer { shouldSave = false }
      return shouldSave
    }
  }

  func stop() {
    lock.withLock {
      stopping = true
      lock.signalAll()
    }
  }

  /// Waits for work.
  func rest() {
    lock.withLock {
      if !hasWork, !stopping { lock.wait(milliseconds: Self.restMs) }
      hasWork = false
    }
  }
}
