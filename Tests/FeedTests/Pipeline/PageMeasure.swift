import Feed
import Foundation
import TestKit
import Testing

/// Times uncached pages; prints, and judges nothing.
/// Run: `UPDRAFT_MEASURE=1 swift test -c release --filter PageMeasure`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil), .serialized)
struct PageMeasure {
  private static let items = 20_000
  private static let users = 1_000
  private static let authors = 2_000

  /// The machine's clock.
  private struct MachineTime: TimeSource {
    let now: Timestamp
    private let start = ContinuousClock.now

    init(now: Timestamp) { self.now = now }

    var ticks: UInt64 {
      let elapsed = ContinuousClock.now - start
      return UInt64(elapsed.components.seconds) * 1_000_000_000
        + UInt64(elapsed.components.attoseconds / 1_000_000_000)
    }
  }

  @Test(arguments: [false, true])
  func uncachedPages(isLearned: Bool) throws {
    let scene = Self.world(items: Self.items)
    let time = MachineTime(now: scene.clock.now)
    let (board, neighbours) = (OnlineBoard(), NeighbourBoard())
    print(isLearned ? "with the online part and learned neighbours" : "with neither")
    if isLearned { neighbours.set(try Self.neighbours()) }
    for surface in ["home", "recommendations"] where isLearned {
      scene.configuration.surfaces[surface]?.online.enabled = true
      board.open(surface, try #require(scene.configuration.surfaces[surface]).online)
    }
    let pipeline = Pipeline(scene.configuration, neighbours: neighbours)
    let workspace = Workspace()
    for surface in ["home", "recommendations"] {
      var samples: [Double] = []
      var stages: [String: [(microseconds: Int, left: Int)]] = [:]
      for round in 0..<3 {
        for user in 0..<Self.users {
          var request = scene.request("u\(user)", surface)
          request.limit = 50
          let start = time.ticks
          let set = try pipeline.rank(
            request, scene.world, now: time.now, time: time, number: 1,
            online: board.weights(surface), workspace)
          let elapsed = Double(time.ticks - start) / 1e6
          guard round > 0 else { continue }
          samples.append(elapsed)
          for stage in set.stages {
            stages[stage.name, default: []].append((stage.microseconds, stage.left))
          }
        }
      }
      samples.sort()
      func quantile(_ share: Double) -> String {
        String(format: "%.3f", samples[Int(Double(samples.count - 1) * share)])
      }
      print(
        "\(surface): p50 \(quantile(0.5)) ms, "
          + "p99 \(quantile(0.99)) ms, n \(samples.count)")
      for (name, stage) in stages.sorted(by: { $0.key < $1.key }) {
        let middle = stage.count / 2
        let microseconds = stage.map(\.microseconds).sorted()[middle]
        print("  \(name): \(microseconds) us, \(stage.map(\.left).sorted()[middle]) left")
      }
    }
  }

  /// Thirty neighbours of every item.
  private static func neighbours() throws -> NeighbourTable {
    var chance = SeededGenerator(seed: 9)
    var draft = NeighbourDraft(name: "measure", pairsMax: items * 30)
    for item in 0..<items {
      let others = Set((0..<30).map { _ in chance.below(items) }).subtracting([item])
      try draft.set("i\(item)", others.map { .init(item: "i\($0)", weight: 1) })
    }
    return draft.table(made: .zero)
  }

  /// Items of authors in topics; every user follows 200 authors and has acted 50 times.
  private static func world(items: Int) -> Scene {
    var chance = SeededGenerator(seed: 7)
    let scene = Scene { $0.world.dimension = 64 }
    for user in 0..<users {
      for _ in 0..<200 { scene.follow("u\(user)", "a\(chance.below(authors))") }
    }
    for item in 0..<items {
      scene.clock.advance(milliseconds: 2_000)
      let author = chance.below(authors)
      let topic = author % 40
      scene.post("i\(item)", by: "a\(author)") {
        $0.title = "word\(topic) thing\(chance.below(60)) part\(chance.below(500))"
        $0.topic = "t\(topic)"
        $0.category = "c\(topic % 10)"
        $0.tags = ["t\(topic)"]
      }
    }
    for round in 0..<50 {
      for user in 0..<users {
        scene.clock.advance(milliseconds: 50)
        let topic = (user + round % 3 * 7) % 40
        let near = topic + 40 * chance.below(items / 40)
        let item = chance.chance(0.3) ? chance.below(items) : near
        scene.act("u\(user)", round % 5 == 0 ? .like : .click, "i\(item)")
      }
    }
    return scene
  }
}
