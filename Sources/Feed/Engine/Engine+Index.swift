internal import Index
internal import Sync

extension Engine {
  /// Rows that are linked before others may have the processor.
  private static let settleRows = 256
  /// From so many waiting rows on, as after a start, they are linked together.
  private static let buildRows = 20_000

  /// The work of the thread that links new vectors into their graphs, beside pages and commits:
  /// what waits is found by every search meanwhile, only slower.
  func linkLoop() {
    while !linker.isStopping {
      var waiting = 0
      for index in read({ $0.graphs }) {
        if index.pending >= Self.buildRows {
          index.build(threads: 1)
        } else {
          waiting += index.settle(most: Self.settleRows)
        }
        if linker.isStopping { return }
      }
      if waiting == 0 {
        let (probe, index) = read { ($0.nearest, $0.vectors) }
        let wasFailing = probe.isFailing
        probe.probe(index)
        if probe.isFailing != wasFailing { say(Self.verdict(probe)) }
        linker.rest()
      }
    }
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

  /// How long it rests when nobody wakes it, for slots that wait to be taken apart.
  private static let restMs = 1_000

  var isStopping: Bool { lock.withLock { stopping } }

  func wake() {
    lock.withLock {
      hasWork = true
      lock.signalOne()
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
