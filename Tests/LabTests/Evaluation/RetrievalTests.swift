import Feed
import Foundation
import TestKit
import Testing

/// What the sources find of what people liked later: MovieLens 100K, the split u1.
@Suite struct RetrievalTests {
  private static let dimension = 32
  private static let start = Timestamp(milliseconds: 893_300_000_000)

  private struct Rating {
    let user: String
    let item: String
    let isLiked: Bool
    let time: Timestamp
  }

  private static func ratings(_ path: String) throws -> [Rating] {
    let gunzip = Process()
    gunzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
    gunzip.arguments = ["-dc", path]
    let output = Pipe()
    gunzip.standardOutput = output
    try gunzip.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let cells = line.split(separator: "\t")
      return Rating(
        user: "u\(cells[0])", item: "i\(cells[1])", isLiked: (Int(cells[2]) ?? 0) >= 4,
        time: Timestamp(milliseconds: (Int64(cells[3]) ?? 0) * 1000))
    }
  }

  /// Vectors of items by who liked them: the right singular vectors of the matrix of likes, its
  /// columns divided by the fourth root of their sums, each times the root of its singular value;
  /// found by subspace iteration (Halko et al., 2011, doi:10.1137/090771806).
  private static func vectors(_ ratings: [Rating]) -> [String: [Float]] {
    let liked = ratings.filter(\.isLiked)
    let users = Array(Set(liked.map(\.user))).sorted()
    let items = Array(Set(liked.map(\.item))).sorted()
    let userRow = Dictionary(uniqueKeysWithValues: zip(users, users.indices))
    let itemRow = Dictionary(uniqueKeysWithValues: zip(items, items.indices))
    var sums = [Float](repeating: 0, count: items.count)
    for rating in liked { sums[itemRow[rating.item] ?? 0] += 1 }
    let cells = liked.map { rating in
      let column = itemRow[rating.item] ?? 0
      return (row: userRow[rating.user] ?? 0, column, 1 / sums[column].squareRoot().squareRoot())
    }
    var chance = SeededGenerator(seed: 1)
    var basis = (0..<items.count).map { _ in
      (0..<dimension).map { _ in Float.random(in: -1...1, using: &chance) }
    }
    var values: [Float] = []
    for _ in 0..<20 {
      var middle = Array(repeating: [Float](repeating: 0, count: dimension), count: users.count)
      for (row, column, value) in cells {
        for i in 0..<dimension { middle[row][i] += value * basis[column][i] }
      }
      for row in basis.indices { basis[row] = Array(repeating: 0, count: dimension) }
      for (row, column, value) in cells {
        for i in 0..<dimension { basis[column][i] += value * middle[row][i] }
      }
      values = orthonormalise(&basis)
    }
    return Dictionary(
      uniqueKeysWithValues: zip(items, basis).map { item, row in
        // The lengths are those of a squared matrix.
        (item, zip(row, values).map { $0 * $1.squareRoot().squareRoot() })
      })
  }

  /// Gram and Schmidt's way, column by column; returns the lengths before.
  private static func orthonormalise(_ columns: inout [[Float]]) -> [Float] {
    var lengths: [Float] = []
    for column in 0..<dimension {
      for earlier in 0..<column {
        let dot = columns.reduce(0) { $0 + $1[earlier] * $1[column] }
        for row in columns.indices { columns[row][column] -= dot * columns[row][earlier] }
      }
      let length = columns.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
      for row in columns.indices { columns[row][column] /= max(length, 1e-20) }
      lengths.append(length)
    }
    return lengths
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.world.dimension = dimension
    configuration.world.tasteHalfLifeMs = 3650 * 86_400_000
    configuration.world.longHalfLifeMs = 3650 * 86_400_000
    configuration.world.shortHalfLifeMs = 3650 * 86_400_000
    configuration.world.topListItems = 1_682
    for (name, source, weight) in [
      ("near", "nearest", "similarity"), ("known", "popular", "popularity"),
    ] {
      var surface = SurfaceSettings()
      surface.sources = [source: 400]
      surface.weights = [weight: 1]
      surface.seen = .interacted
      (surface.limitMax, surface.limitDefault, surface.depth) = (100, 100, 400)
      (surface.authorCap, surface.categoryCap, surface.runMax, surface.mmrLambda) = (0, 0, 0, 1)
      (surface.deadlineMs, surface.sourcesDeadlineMs) = (60_000, 60_000)
      surface.reserved = [:]
      surface.freshBoost = 0
      configuration.surfaces[name] = surface
    }
    return configuration
  }

  /// Protocol: u1.base is folded in; for each user with likes (rating 4 or 5) in u1.test, the share
  /// of them among the first 100 of what was not rated before; the mean over users.
  @Test(
    .enabled(
      if: isOptimised && realData("ml-100k/u1.base.gz") != nil,
      "no MovieLens at UPDRAFT_DATA, or not optimised"))
  func theNearestFindMoreOfWhatIsLikedLaterThanThePopular() throws {
    let train = try Self.ratings(try #require(realData("ml-100k/u1.base.gz")))
    let test = try Self.ratings(try #require(realData("ml-100k/u1.test.gz"))).filter(\.isLiked)
    let clock = FakeTime(now: Self.start)
    let engine = Engine(
      configuration: Self.configuration(), log: MemoryLog(), snapshots: nil, time: clock)
    try engine.start()
    defer { engine.stop() }
    var batch = EventBatch()
    let vectors = Self.vectors(train)
    for id in Set((train + test).map(\.item)).sorted() {
      var item = Item(id: id)
      item.created = Timestamp(milliseconds: 870_000_000_000)
      item.embedding = vectors[id] ?? []
      batch.append(.itemPublished(item), received: clock.now)
    }
    for rating in train.sorted(by: { $0.time < $1.time }) {
      batch.append(
        .interaction(
          Interaction(
            user: rating.user, action: rating.isLiked ? .click : .skip, target: rating.item,
            time: rating.time)), received: clock.now)
    }
    _ = try engine.submit(batch)
    var recall = ["near": 0.0, "known": 0.0]
    let liked = Dictionary(grouping: test, by: \.user)
    for (user, ratings) in liked {
      let wanted = Set(ratings.map(\.item))
      for surface in ["near", "known"] {
        var request = PageRequest(surface: surface)
        request.user = user
        request.limit = 100
        let page = try engine.page(request)
        let found = page.entries.count { wanted.contains($0.item) }
        recall[surface, default: 0] += Double(found) / Double(wanted.count) / Double(liked.count)
      }
    }
    print("ML-100K u1, recall@100: nearest \(recall["near"] ?? 0), popular \(recall["known"] ?? 0)")
    #expect((recall["near"] ?? 0) > (recall["known"] ?? 1))
  }
}
