import Feed
import Server
import Sync
import TestKit
import Testing

/// When work is refused: a burst may wait, a crowd that stays may not.
@Suite struct WorkPoolTests {
  /// Holds the one thread of a pool until it is let go.
  private final class Latch: @unchecked Sendable {
    // Sendable: the states are only touched under `lock`.
    private let lock = Lock()
    private var isHeld = false
    private var isOpen = false

    func hold() {
      lock.withLock {
        isHeld = true
        lock.signalAll()
        while !isOpen { lock.wait() }
      }
    }

    func waitUntilHeld() { lock.withLock { while !isHeld { lock.wait() } } }

    func open() {
      lock.withLock {
        isOpen = true
        lock.signalAll()
      }
    }
  }

  @Test func aBurstMayWait() {
    let time = FakeTime()
    let pool = WorkPool(threads: 1, queueMax: 20, time: time)
    // One piece of work takes 4 ms.
    #expect(pool.submit { time.advance(milliseconds: 4) })
    let latch = Latch()
    #expect(pool.submit { latch.hold() })
    latch.waitUntilHeld()
    // A burst may fill the queue.
    for place in 0..<20 { #expect(pool.submit {}, "\(place)") }
    #expect(!pool.submit {})
    latch.open()
    pool.stop()
  }

  @Test func aStandingQueueGetsShort() {
    let time = FakeTime()
    let pool = WorkPool(threads: 1, queueMax: 20, time: time)
    #expect(pool.submit { time.advance(milliseconds: 4) })
    let latch = Latch()
    #expect(pool.submit { latch.hold() })
    latch.waitUntilHeld()
    #expect(pool.submit {})
    time.advance(milliseconds: 101)
    // One waits for 4 ms, two wait for 8, and the next one would for 12.
    #expect(pool.submit {})
    #expect(pool.submit {})
    #expect(!pool.submit {})
    latch.open()
    pool.stop()
  }
}
