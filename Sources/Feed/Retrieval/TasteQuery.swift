internal import Index

/// Something that the nearest items are looked for: an interest of the user, or the running visit.
struct TasteQuery {
  /// Where to look, of any length.
  var vector: [Float]
  /// The part of a page's quota that it gets; all of them add up to 1.
  var share: Float
  /// The newest item that is in it: what pulls others in.
  var item: UInt32
  /// Whether it is the running visit.
  var isVisit = false

  /// The part that goes to what the user does right now.
  private static let sessionShare: Float = 1.0 / 3
  /// Deeds of the visit that are looked at.
  private static let sessionDeeds = 10

  /// The user's interests by their decayed weights, and the visit first when there is one.
  static func all(
    _ state: UserState, _ world: borrowing World, second: UInt32
  ) -> [TasteQuery] {
    let dimension = world.vectors.dimension
    let taste = state.taste
    guard taste.vectors.count >= taste.interests.count * dimension else { return [] }
    let session = session(state, world, second: second)
    let left = session == nil ? 1 : 1 - sessionShare
    let weights = taste.interests.indices.map {
      max(0, taste.value($0, second, world.settings.tasteHalfLifeMs))
    }
    let total = weights.reduce(0, +)
    guard total > 0 else { return [] }
    var queries = session.map { [$0] } ?? []
    for index in weights.indices where weights[index] > 0 {
      queries.append(
        TasteQuery(
          vector: Array(taste.vector(index, dimension: dimension)),
          share: left * weights[index] / total, item: taste.interests[index].item))
    }
    return queries
  }

  /// The sum of what was liked in the running visit and lies near its newest item, the newest
  /// weighing most; nil when that is fewer than two items, which say no more than the interests do.
  private static func session(
    _ state: UserState, _ world: borrowing World, second: UInt32
  ) -> TasteQuery? {
    let gap = world.settings.sessionGapMs
    guard state.deeds.count > 0, Int64(second) - Int64(state.latest) <= gap / 1000 else {
      return nil
    }
    var newest: UInt32?
    var sum: [Float] = []
    var items: [UInt32] = []
    for age in 0..<min(sessionDeeds, state.deeds.count) {
      let deed = state.deeds[newest: age]
      guard deed.session == state.session else { break }
      let strength = world.strengths[Int(deed.action)]
      guard strength > 0, world.items.isLive(deed.item), !items.contains(deed.item) else {
        continue
      }
      if let newest {
        guard world.vectors.pairwise(newest, deed.item) >= world.settings.tasteJoinCosine else {
          continue
        }
      } else if world.vectors.vector(row: deed.item, into: &sum) {
        newest = deed.item
        for i in sum.indices { sum[i] *= strength }
        items.append(deed.item)
        continue
      }
      let weight = strength / Float(age + 1)
      world.vectors.withVector(row: deed.item) { vector in
        for i in vector.indices { sum[i] += weight * vector[i] }
        items.append(deed.item)
      }
    }
    guard let newest, items.count >= 2 else { return nil }
    return TasteQuery(vector: sum, share: sessionShare, item: newest, isVisit: true)
  }
}
