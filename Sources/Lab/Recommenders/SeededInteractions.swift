internal import Glibc

/// Interactions as people make them, for measurements: few items have most of them, some users
/// many, and everybody has a taste.
///
/// Users and items get a point each in a small space, around one of 64 centres. A user turns to an
/// item by a tournament: of four items drawn by popularity (Zipf, exponent 0.8), the one nearest to
/// the taste wins. How much a user does is spread by an exponential law. Everything follows from
/// the seed.
public struct SeededInteractions: Sendable {
  /// How many users.
  public var users: Int
  /// How many items.
  public var items: Int
  /// How many interactions, about.
  public var count: Int
  /// What everything follows from.
  public var seed: UInt64

  private static let dimension = 12
  private static let centres = 64
  private static let tournament = 4

  /// A description; `made` makes them.
  public init(users: Int, items: Int, count: Int, seed: UInt64 = 1) {
    self.users = users
    self.items = items
    self.count = count
    self.seed = seed
  }

  /// The interactions, each pair of user and item once, at ascending times.
  public func made() -> InteractionSet {
    var chance = SplitMix(seed: seed)
    let centres = Self.points(Self.centres, around: nil, &chance)
    let tastes = Self.points(users, around: centres, &chance)
    let kinds = Self.points(items, around: centres, &chance)
    var shares = [0.0]
    for item in 0..<items { shares.append(shares[item] + pow(Double(item + 1), -0.8)) }
    var all = InteractionSet()
    for user in 0..<users {
      // Exponential lengths of the mean that is left, at least two.
      let mean = Double(count - all.entries.count) / Double(users - user)
      let wanted = min(items / 4, max(2, Int(-log(1 - chance.share()) * mean)))
      var past: Set<Int> = []
      var tries = 0
      while past.count < wanted, tries < wanted * 20 {
        tries += 1
        var (best, nearness) = (0, -Float.infinity)
        for _ in 0..<Self.tournament {
          let item = Self.place(of: chance.share() * shares[items], in: shares)
          let near = Self.product(tastes, user, kinds, item)
          if near > nearness { (best, nearness) = (item, near) }
        }
        guard past.insert(best).inserted else { continue }
        all.append(
          user: "u\(user)", item: "i\(best)", value: 1, time: Int64(all.entries.count))
      }
    }
    return all
  }

  private static func points(
    _ count: Int, around centres: [Float]?, _ chance: inout SplitMix
  ) -> [Float] {
    var points: [Float] = []
    points.reserveCapacity(count * dimension)
    for _ in 0..<count {
      let centre = centres.map { _ in chance.below(Self.centres) * dimension }
      for axis in 0..<dimension {
        let noise = Float(chance.share() + chance.share() + chance.share() - 1.5)
        let middle = centre.flatMap { start in centres.map { $0[start + axis] } } ?? 0
        points.append(centre == nil ? 2 * noise : middle + 0.6 * noise)
      }
    }
    return points
  }

  private static func product(_ a: [Float], _ i: Int, _ b: [Float], _ j: Int) -> Float {
    var sum: Float = 0
    for axis in 0..<dimension { sum += a[i * dimension + axis] * b[j * dimension + axis] }
    return sum
  }

  /// The item whose share of the sum the number falls into.
  private static func place(of number: Double, in sums: [Double]) -> Int {
    var (low, high) = (0, sums.count - 2)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle + 1] <= number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
