import Feed
import Foundation
import TestKit
import Testing

/// Times the learner of the online part on pages of 20 items with features, two choices and three
/// other deeds each; prints, and judges nothing.
/// Run: `UPDRAFT_MEASURE=1 swift test -c release --filter OnlineMeasure`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil), .serialized)
struct OnlineMeasure {
  private static let pages = 20_000

  @Test func recordsASecond() throws {
    var configuration = Configuration()
    configuration.surfaces["home"]?.online.enabled = true
    let log = MemoryLog()
    _ = try log.append(Self.batch())
    var learner = OnlineLearner(configuration)
    let start = ContinuousClock.now
    try log.scan(after: .zero) { offset, record in
      learner.take(offset, record)
      return true
    }
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    let elapsed = Double(seconds) + Double(attoseconds) * 1e-18
    let steps = learner.reading.surfaces["home"]?.steps ?? 0
    print(
      "\(Int(Double(log.end.value) / elapsed)) records/s, "
        + "\(elapsed / Double(Self.pages) * 1e6) us a page with its deeds, \(steps) steps")
  }

  private static func batch() -> EventBatch {
    var stream = OnlineStream(SeededGenerator(seed: 3))
    let columns = (0..<64).map { UInt8($0) }
    for _ in 0..<pages {
      stream.wait(200)
      let items = (0..<20).map { "item-\($0 * 1_000 + stream.chance.below(1_000))" }
      var page = stream.page(items, surface: "home", keys: [1, 3, 5, 7].map { $0 &* 0x9e37_79b9 })
      page.features = columns
      page.requestFeatures = []
      for place in page.entries.indices {
        page.entries[place].features = (0..<64).map { Float(($0 + place) % 9) / 8 }
      }
      stream.add(.pageServed(page))
      for (place, action) in [Action.impression, .click, .like, .impression, .hide].enumerated() {
        stream.add(stream.deed(action, items[place], on: page))
      }
    }
    return stream.batch
  }
}
