import Lab
import TestKit
import Testing

/// Every model against the slow and plain way to the same numbers.
@Suite struct ModelTests {
  /// Interactions at random, some pairs twice, with ratings and times.
  static func drawn(
    _ chance: inout SeededGenerator, users: Int = 30, items: Int = 20, count: Int = 200
  ) -> InteractionSet {
    var set = InteractionSet()
    // Everybody and everything once, so that numbers are those of the names.
    for item in 0..<items {
      set.append(user: "u\(item % users)", item: "i\(item)", value: 3, time: Int64(item))
    }
    for number in 0..<count {
      set.append(
        user: "u\(chance.below(users))", item: "i\(min(chance.below(items), chance.below(items)))",
        value: Float(1 + chance.below(5)), time: Int64(number * 40_000))
    }
    return set
  }

  static func dense(_ matrix: SparseMatrix) -> [[Double]] {
    (0..<matrix.rows).map { row in
      var values = [Double](repeating: 0, count: matrix.columns)
      for place in matrix.range(row) {
        values[Int(matrix.indices[place])] = Double(matrix.values[place])
      }
      return values
    }
  }

  static func scores(_ model: any Recommender, _ users: Range<Int>) -> [[Double]] {
    var flat: [Float] = []
    model.score(users, into: &flat)
    #expect(flat.count == users.count * model.items)
    return (0..<users.count).map { row in
      flat[row * model.items..<(row + 1) * model.items].map { Double($0) }
    }
  }

  static func distance(_ one: [[Double]], _ other: [[Double]]) -> Double {
    var most = one.count == other.count ? 0.0 : .infinity
    for (a, b) in zip(one, other) {
      most = max(most, a.count == b.count ? 0 : .infinity)
      for (x, y) in zip(a, b) { most = max(most, abs(x - y)) }
    }
    return most
  }

  @Test func sparseRowsAreThoseOfADenseMatrix() {
    var chance = SeededGenerator.announced("sparse against dense")
    for _ in 0..<50 {
      let (rows, columns) = (1 + chance.below(9), 1 + chance.below(9))
      var plain = Array(repeating: Array(repeating: 0.0, count: columns), count: rows)
      let entries = (0..<chance.below(60)).map { _ in
        SparseMatrix.Entry(
          row: UInt32(chance.below(rows)), column: UInt32(chance.below(columns)),
          value: Float(1 + chance.below(8)))
      }
      for entry in entries { plain[Int(entry.row)][Int(entry.column)] += Double(entry.value) }
      let matrix = SparseMatrix(rows: rows, columns: columns, entries: entries)
      #expect(Self.dense(matrix) == plain)
      let turned = (0..<columns).map { column in plain.map { $0[column] } }
      #expect(Self.dense(matrix.transposed()) == turned)
      #expect(matrix.transposed().transposed() == matrix)
      #expect(matrix.columnCounts == turned.map { column in column.count { $0 > 0 } })
    }
  }

  @Test func easeIsTheInverseOfTheDefinition() throws {
    var chance = SeededGenerator.announced("EASE against plain inversion")
    let set = Self.drawn(&chance)
    var settings = EASEModel.Settings()
    settings.regularisation = 3
    let model = try EASEModel(set, settings)
    let x = Self.dense(set.matrix())
    let count = set.items.count
    var gram = [Double](repeating: 0, count: count * count)
    for row in x {
      for i in 0..<count {
        for j in 0..<count { gram[i * count + j] += row[i] * row[j] }
      }
    }
    for i in 0..<count { gram[i * count + i] += settings.regularisation }
    #expect(PlainAlgebra.invert(&gram, count))
    let expected = x.map { row in
      (0..<count).map { j in
        (0..<count).reduce(0.0) { sum, i in
          let weight = i == j ? 0 : -gram[i * count + j] / gram[j * count + j]
          return sum + row[i] * weight
        }
      }
    }
    #expect(Self.distance(Self.scores(model, 0..<set.users.count), expected) < 1e-4)
  }

  @Test func easeRefusesWhatItCanNotInvert() {
    var set = InteractionSet()
    set.append(user: "a", item: "x", value: 1, time: 0)
    var settings = EASEModel.Settings()
    settings.regularisation = 0
    #expect(throws: LabError.self) { try EASEModel(set, settings) }
    settings.regularisation = .nan
    #expect(throws: LabError.self) { try EASEModel(set, settings) }
  }

  @Test(arguments: NeighbourModel.Similarity.allCases)
  func neighboursAreThoseOfTheDefinition(_ similarity: NeighbourModel.Similarity) {
    var chance = SeededGenerator.announced("neighbours against the definition")
    let set = Self.drawn(&chance)
    let x = Self.dense(set.matrix())
    let count = set.items.count
    let model = NeighbourModel(
      neighboursOf: set, similarity: similarity, neighbours: 4, shrinkage: 2)
    var likeness = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    for i in 0..<count {
      for j in 0..<count where i != j {
        let both = x.reduce(0.0) { $0 + $1[i] * $1[j] }
        let (one, other) = (x.reduce(0.0) { $0 + $1[i] }, x.reduce(0.0) { $0 + $1[j] })
        let below = similarity == .cosine ? (one * other).squareRoot() : one + other - both
        likeness[i][j] = both / (below + 2)
      }
    }
    let expected = x.map { row in
      (0..<count).map { item -> Double in
        let listened = (0..<count).sorted {
          let (a, b) = (Float(likeness[item][$0]), Float(likeness[item][$1]))
          return a != b ? a > b : $0 < $1
        }.prefix(4)
        return listened.reduce(0) { $0 + row[$1] * likeness[item][$1] }
      }
    }
    #expect(Self.distance(Self.scores(model, 0..<set.users.count), expected) < 1e-5)
  }

  @Test func sarIsThatOfTheDefinition() {
    var chance = SeededGenerator.announced("SAR against the definition")
    let set = Self.drawn(&chance)
    let x = Self.dense(set.matrix())
    let count = set.items.count
    func power(_ halves: Double) -> Double {
      // 2^x by its series, so that no library of the program's is asked.
      let exponent = halves * 0.6931471805599453
      var (term, sum) = (1.0, 1.0)
      for n in 1..<60 {
        term *= exponent / Double(n)
        sum += term
      }
      return sum
    }
    var affinity = Array(repeating: Array(repeating: 0.0, count: count), count: set.users.count)
    for entry in set.entries {
      let halves = Double(set.newest - entry.time) / 86_400 / 30
      affinity[Int(entry.user)][Int(entry.item)] +=
        Double(entry.value) / power(halves)
    }
    let expected = affinity.map { row in
      (0..<count).map { j in
        (0..<count).reduce(0.0) { sum, i in
          let both = x.reduce(0.0) { $0 + $1[i] * $1[j] }
          let (one, other) = (x.reduce(0.0) { $0 + $1[i] }, x.reduce(0.0) { $0 + $1[j] })
          return sum + row[i] * both / (one + other - both)
        }
      }
    }
    let model = NeighbourModel(sarOf: set)
    #expect(Self.distance(Self.scores(model, 0..<set.users.count), expected) < 1e-3)
  }

  @Test func popularityCountsUsersAndAges() {
    var set = InteractionSet()
    for (user, item, time) in [("a", "x", 0), ("a", "x", 10), ("b", "x", 0), ("a", "y", 20)] {
      set.append(user: user, item: item, value: 1, time: Int64(time))
    }
    #expect(Self.scores(PopularityModel(set), 0..<2) == [[2, 1], [2, 1]])
    let recent = Self.scores(PopularityModel(recent: set, halfLife: 10), 1..<2)
    #expect(recent == [[0.25 + 0.5 + 0.25, 1]])
  }

  @Test func aBlendOfOneModelRanksLikeIt() {
    var chance = SeededGenerator.announced("blend of one")
    let set = Self.drawn(&chance)
    let model = NeighbourModel(neighboursOf: set)
    let blend = BlendModel([(model, 0.3)], of: set)
    let users = 0..<set.users.count
    for (one, other) in zip(Self.scores(model, users), Self.scores(blend, users)) {
      for i in one.indices {
        for j in one.indices where one[i] > one[j] + 1e-4 { #expect(other[i] > other[j]) }
      }
    }
  }
}
