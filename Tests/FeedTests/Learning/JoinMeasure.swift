import Feed
import Foundation
import TestKit
import Testing

/// Times the joiner on pages of 20 items with features and five deeds each; prints, and judges
/// nothing. Run: `UPDRAFT_MEASURE=1 swift test -c release --filter JoinMeasure`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil), .serialized)
struct JoinMeasure {
  private static let pages = 20_000
  private static let deeds = 5

  @Test(arguments: [false, true])
  func recordsASecond(keepsRecords: Bool) throws {
    let log = MemoryLog()
    _ = try log.append(Self.batch())
    var joiner = LabelJoiner(
      LearningSettings(), world: WorldSettings(), keepsRecords: keepsRecords)
    let start = ContinuousClock.now
    try log.scan(after: .zero) { offset, record in
      joiner.take(offset, record)
      return true
    }
    let elapsed = Self.seconds(ContinuousClock.now - start)
    let records = Self.pages * (1 + Self.deeds)
    let joined = joiner.tally[.byRequest] + joiner.tally[.byUser]
    let bytes = Double(joiner.pendingBytes) / Double(max(1, joiner.tally.pending))
    print(
      "keeps records: \(keepsRecords): \(Int(Double(records) / elapsed)) records/s, "
        + "\(elapsed / Double(records) * 1e6) us each, \(joined) joined, "
        + "\(Int(bytes)) bytes a page that waits")
  }

  @Test func deedsAlone() throws {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings(), keepsRecords: false)
    let batch = Self.batch()
    var deeds: [Int] = []
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        if (try? record.kind()) == .pageServed {
          joiner.take(Offset(UInt64(index + 1)), record)
        } else {
          deeds.append(index)
        }
      }
    }
    let start = ContinuousClock.now
    for (number, index) in deeds.enumerated() {
      RecordView.over(batch.bytes, batch.range(index)) {
        joiner.take(Offset(UInt64(batch.count + number + 1)), $0)
      }
    }
    let elapsed = Self.seconds(ContinuousClock.now - start)
    print("\(elapsed / Double(max(1, deeds.count)) * 1e9) ns an interaction")
  }

  private static func batch() -> EventBatch {
    var generator = SeededGenerator(seed: 3)
    let start = Timestamp(milliseconds: 1_767_225_600_000)
    let columns = (0..<64).map { UInt8($0) }
    let own = [Float](repeating: 0.5, count: 48)
    var batch = EventBatch()
    for number in 0..<pages {
      let time = start.advanced(milliseconds: Int64(number) * 200)
      var page = PageServed(
        user: "user\(number % 1_000)", surface: "home", requestID: "request-\(number)",
        offset: .zero, servedBy: 0, time: time,
        entries: (0..<20).map { _ in
          PageServed.Entry(item: "item-\(generator.below(20_000))", score: 1, sources: 1)
        })
      page.features = columns
      page.requestFeatures = [Float](repeating: 0.25, count: 16)
      for place in page.entries.indices { page.entries[place].features = own }
      batch.append(.pageServed(page), received: time)
      for deed in 0..<deeds {
        var event = Interaction(
          user: page.user, action: [.impression, .click, .dwell, .like, .hide][deed],
          target: page.entries[deed].item, time: time)
        event.requestID = number % 4 == 0 ? "" : page.requestID
        event.value = 1_000
        batch.append(.interaction(event), received: time)
      }
    }
    return batch
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
