import Feed
import Foundation
import Lab
import TestKit
import Testing

/// Where the real data lies; nil where there is none.
func realData(_ path: String) -> String? {
  let given = ProcessInfo.processInfo.environment["UPDRAFT_DATA"]
  let root = given ?? "../shared/data"
  let whole = root + "/" + path
  return FileManager.default.fileExists(atPath: whole) ? whole : nil
}

/// Whether the engine is built to be fast: without it a run over real data takes minutes.
let isOptimised = !_isDebugAssertConfiguration()

@Suite struct PrequentialTests {
  static let days = ["02", "03"].map { realData("globo-clicks/clicks_2017-10-\($0).csv.gz") }

  @Test(
    .enabled(if: days.allSatisfy { $0 != nil }, "no click log at UPDRAFT_DATA"),
    .enabled(if: isOptimised, "runs with -c release"))
  func aDayOfNewsIsPredictedBetterThanByTheBestBaseline() throws {
    let days = try Self.days.map { try #require($0) }
    let result = try Prequential(warmup: [days[0]], evaluate: [days[1]]).run(time: RealTime())
    print(result, Int(result.clicksPerSecond), "clicks/s")
    #expect(result.n == 172_180)
    #expect(result.hitRate20 >= 0.74 && result.meanReciprocalRank20 >= 0.30)
  }

  /// A small log whose items all fit the sources: pages must be those of the definition.
  @Test func pagesAreThoseOfTheDefinition() throws {
    var chance = SeededGenerator.announced("prequential against the definition")
    var log = ClickLog()
    var time: Int64 = 1_767_225_600_000
    for _ in 0..<1_500 {
      time += Int64(chance.below(60_000))
      // A few items are read by most.
      let item = min(chance.below(40), chance.below(40))
      log.append(time: time, session: "s\(chance.below(120))", item: "i\(item)")
    }
    var pages: [Int: [String]] = [:]
    var plain = Configuration.news
    plain.surfaces["news"]?.online.enabled = false
    let result = try Prequential(warmup: [], evaluate: [], configuration: plain).run(
      log, judgedFrom: 500, time: FakeTime(), ranked: { pages[$0] = $1 })
    var naive = NaiveNews()
    var (n, hits, reciprocal, same) = (0, 0, 0.0, 0)
    for (index, click) in log.clicks.enumerated() {
      let past = naive.past(click.session)
      if index >= 500, !past.isEmpty, !past.contains(click.item) {
        n += 1
        let exact = naive.page(click.session, at: click.time)
        let page = pages[index] ?? []
        #expect(page.count == exact.count)
        // Scores that are equal to a rounding may change places.
        same += zip(page, exact).allSatisfy { $0 == log.items[Int($1.item)] } ? 1 : 0
        if let rank = page.firstIndex(of: log.items[Int(click.item)]) {
          hits += 1
          reciprocal += 1 / Double(rank + 1)
        }
      }
      naive.learn(click)
    }
    #expect(result.n == n && n > 500 && n == pages.count)
    #expect(result.hitRate20 == Double(hits) / Double(n))
    #expect(abs(result.meanReciprocalRank20 - reciprocal / Double(n)) < 1e-9)
    #expect(same >= n * 97 / 100, "\(same) of \(n) pages are the same")
  }

  /// Visitors come in by one of two pages and read on what those with their words read, which no
  /// count of clicks can tell beforehand.
  private static func worded(_ chance: inout SeededGenerator) -> ClickLog {
    var log = ClickLog()
    var time: Int64 = 1_767_225_600_000
    for visitor in 0..<2_000 {
      time += Int64(chance.below(10_000))
      let kind = chance.below(4)
      for item in ["front\(visitor % 2)", "i\(kind * 20 + chance.below(20))"] {
        log.append(time: time, session: "s\(visitor)", item: item, context: ["os:\(kind)"])
        time += 1_000
      }
    }
    return log
  }

  private static func result(
    _ log: ClickLog, _ change: (inout OnlineSettings) -> Void
  ) throws -> (result: Prequential.Result, pages: [Int: [String]]) {
    var configuration = Configuration.news
    if var online = configuration.surfaces["news"]?.online {
      change(&online)
      configuration.surfaces["news"]?.online = online
    }
    var pages: [Int: [String]] = [:]
    let result = try Prequential(warmup: [], evaluate: [], configuration: configuration).run(
      log, judgedFrom: 2_000, time: FakeTime(), ranked: { pages[$0] = $1 })
    return (result, pages)
  }

  @Test func whoReadsWhatIsLearnedFromTheContext() throws {
    var chance = SeededGenerator.announced("prequential, words")
    let log = Self.worded(&chance)
    let on = try Self.result(log) { _ in }
    let off = try Self.result(log) { $0.enabled = false }
    let blind = try Self.result(log) { $0.crosses = ["item"] }
    let bounded = try Self.result(log) { $0.bound = 0 }
    #expect(on.result.n == off.result.n && on.result.n > 500)
    #expect(on.result.hitRate20 > off.result.hitRate20 + 0.1)
    #expect(on.result.hitRate20 > blind.result.hitRate20 + 0.1)
    #expect(bounded.pages == off.pages && on.pages != off.pages)
    let again = try Self.result(log) { _ in }
    #expect(again.pages == on.pages)
  }

  @Test func aFileThatIsNoClickLogIsRefusedWithItsPlace() throws {
    let path = FileManager.default.temporaryDirectory.path + "/updraft-test-\(UUID().uuidString)"
    try Data("a,b\n1,2\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect {
      try Prequential(warmup: [path], evaluate: []).run(time: FakeTime())
    } throws: { error in
      (error as? LabError)?.code == .format && "\(error)".contains(":2:")
    }
  }
}
