import Lab
import TestKit
import Testing

/// Neighbours as they are handed to a server, against the definition.
@Suite struct LearnedNeighbourTests {
  @Test(arguments: NeighbourModel.Similarity.allCases)
  func likenessMakesShares(_ similarity: NeighbourModel.Similarity) {
    var chance = SeededGenerator.announced("learned neighbours")
    let set = ModelTests.drawn(&chance)
    let x = ModelTests.dense(set.matrix())
    let learned = LearnedNeighbours(likenessIn: set, similarity, shrinkage: 2, most: 4)
    #expect(learned.items == set.items)
    for item in set.items.indices {
      let one = x.reduce(0) { $0 + $1[item] }
      var likeness: [(item: Int, value: Double)] = []
      for other in set.items.indices where other != item {
        let both = x.reduce(0) { $0 + $1[item] * $1[other] }
        let two = x.reduce(0) { $0 + $1[other] }
        guard both > 0 else { continue }
        let below = similarity == .cosine ? (one * two).squareRoot() : one + two - both
        likeness.append((other, both / (below + 2)))
      }
      check(learned.of(item), set, likeness, most: 4)
    }
  }

  @Test func whatSpeaksAgainstAnItemIsNoNeighbourInEASE() throws {
    var chance = SeededGenerator.announced("learned neighbours of EASE")
    let set = ModelTests.drawn(&chance)
    var settings = EASEModel.Settings()
    settings.regularisation = 3
    let learned = try LearnedNeighbours(easeIn: set, settings, most: 6)
    let count = set.items.count
    let x = ModelTests.dense(set.matrix())
    var gram = [Double](repeating: 0, count: count * count)
    for row in x {
      for i in 0..<count {
        for j in 0..<count { gram[i * count + j] += row[i] * row[j] }
      }
    }
    for i in 0..<count { gram[i * count + i] += settings.regularisation }
    #expect(PlainAlgebra.invert(&gram, count))
    for item in 0..<count {
      let weights = (0..<count).filter { $0 != item }.map { other in
        (item: other, value: -gram[item * count + other] / gram[other * count + other])
      }
      check(learned.of(item), set, weights.filter { $0.value > 0 }, most: 6)
    }
  }

  private func check(
    _ list: [LearnedNeighbours.Neighbour], _ set: InteractionSet,
    _ truth: [(item: Int, value: Double)], most: Int
  ) {
    let best = truth.map(\.value).sorted(by: >).prefix(most)
    #expect(list.count == best.count)
    let sum = best.reduce(0, +)
    let values = Dictionary(truth.map { (set.items[$0.item], $0.value) }) { first, _ in first }
    for (neighbour, value) in zip(list, best) {
      // Of equal ones either may stand there.
      #expect(abs(Double(neighbour.share) - value / sum) < 1e-5)
      #expect(abs((values[neighbour.item] ?? -1) - value) < 1e-5 * max(1, value))
    }
    #expect(Set(list.map(\.item)).count == list.count)
    #expect(list.isEmpty || abs(list.reduce(0) { $0 + $1.share } - 1) < 1e-5)
  }

  @Test func itemsOfFewUsersAreLeftOut() {
    var set = InteractionSet()
    for (user, item) in [("a", "x"), ("b", "x"), ("b", "x"), ("b", "y"), ("b", "y")] {
      set.append(user: user, item: item, value: 1, time: 0)
    }
    #expect(set.keeping(leastUsers: 2).items == ["x"])
    #expect(set.keeping(leastUsers: 2).entries.count == 3)
    #expect(set.keeping(leastUsers: 3).entries.isEmpty)
  }
}
