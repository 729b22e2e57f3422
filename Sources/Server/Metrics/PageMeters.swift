internal import Feed
internal import Sync
internal import Synchronization

/// What pages were made of: sources, rungs, what was left out.
final class PageMeters: Sendable {
  /// One source's share.
  struct SourceCounts: Equatable, Sendable {
    /// Candidates brought.
    var candidates: UInt64 = 0
    /// Items shown that the source found, alone or with others.
    var shown: UInt64 = 0
  }

  /// Everything counted at one moment.
  struct Counts: Equatable, Sendable {
    /// Pages answered from the cache.
    var cached: UInt64 = 0
    /// Pages made.
    var made: UInt64 = 0
    /// Items on them.
    var shown: UInt64 = 0
    /// Of each of `SourceName.allCases`.
    var sources = [SourceCounts](repeating: SourceCounts(), count: SourceName.allCases.count)
    /// Of each of `Rung.allCases`.
    var rungs = [UInt64](repeating: 0, count: Rung.allCases.count)
    /// What was left out, by code.
    var degraded: [String: UInt64] = [:]
  }

  private final class State: @unchecked Sendable {
    // Sendable: only touched under `lock`.
    var counts = Counts()
  }

  /// Pages answered from the cache.
  let cached = Counter()
  /// Requests whose place in the queue outlived the time of their page.
  let lateInQueue = Counter()
  /// Requests now waiting for a ranking thread or being ranked.
  let ranking = Atomic<Int>(0)
  private let lock = Lock()
  private let state = State()
  /// Codes of what was left out at most; there are no more than sources times faults.
  private static let degradedMax = 64

  /// Counts a page that was made.
  func note(_ page: Page) {
    lock.withLock {
      state.counts.made += 1
      state.counts.shown += UInt64(page.entries.count)
      state.counts.rungs[Int(page.servedBy.rawValue)] += 1
      for stage in page.stages {
        guard let place = SourceName.allCases.firstIndex(where: { $0.name == stage.name }) else {
          continue
        }
        state.counts.sources[place].candidates += UInt64(max(0, stage.left - stage.entered))
      }
      for entry in page.entries {
        for (place, source) in SourceName.allCases.enumerated()
        where entry.sources & source.bit != 0 {
          state.counts.sources[place].shown += 1
        }
      }
      for code in page.degraded
      where state.counts.degraded.count < Self.degradedMax || state.counts.degraded[code] != nil {
        state.counts.degraded[code, default: 0] += 1
      }
    }
  }

  /// Everything counted so far.
  var counts: Counts {
    var counts = lock.withLock { state.counts }
    counts.cached = cached.value
    return counts
  }

  /// Writes the families of pages.
  func write(into text: inout PrometheusText) {
    let counts = self.counts
    text.family("updraft_pages_total", .counter, "Pages answered, by where they came from.")
    text.sample("updraft_pages_total", [("from", "cache")], Double(counts.cached))
    text.sample("updraft_pages_total", [("from", "ranking")], Double(counts.made))
    text.family("updraft_pages_served_total", .counter, "Pages made, by rung of the ladder.")
    for rung in Rung.allCases {
      text.sample(
        "updraft_pages_served_total", [("served_by", rung.name)],
        Double(counts.rungs[Int(rung.rawValue)]))
    }
    text.family("updraft_stage_candidates_total", .counter, "Candidates that sources brought.")
    for (source, of) in zip(SourceName.allCases, counts.sources) {
      text.sample(
        "updraft_stage_candidates_total", [("stage", "sources"), ("source", source.name)],
        Double(of.candidates))
    }
    text.family("updraft_shown_items_total", .counter, "Items on pages, by source.")
    for (source, of) in zip(SourceName.allCases, counts.sources) {
      text.sample("updraft_shown_items_total", [("source", source.name)], Double(of.shown))
    }
    text.family("updraft_degraded_total", .counter, "What pages had to leave out.")
    for (code, count) in counts.degraded.sorted(by: { $0.key < $1.key }) {
      text.sample("updraft_degraded_total", [("reason", code)], Double(count))
    }
    text.single(
      "updraft_ranking_late_total", .counter,
      "Pages that waited for a ranking thread beyond their time.", Double(lateInQueue.value))
    text.single(
      "updraft_inflight", .gauge, "Pages that wait for a ranking thread or are being ranked.",
      Double(ranking.load(ordering: .relaxed)))
  }
}
