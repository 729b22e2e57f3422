internal import Index

extension World {
  /// Puts what a user says of their taste in the place of what was learned.
  mutating func set(_ setting: TasteSetting) -> Outcome {
    guard let user = userRow(setting.user) else { return .refused }
    let second = min(setting.time, received).seconds
    if let interests = setting.interests {
      users.states[Int(user)].interests = interests.prefix(16).map { topics.intern($0) }
    }
    if let list = setting.topics {
      learn(user, .topics, list, second) { world, change, name in
        change.topic = world.topics.intern(name)
        return change.topic != 0
      }
    }
    if let list = setting.authors {
      learn(user, .authors, list, second) { world, change, name in
        guard let author = world.user(name) else { return false }
        change.author = author.index
        return true
      }
    }
    if let list = setting.types {
      learn(user, .types, list, second) { world, change, name in
        change.type = world.types.intern(name)
        return change.type != 0
      }
    }
    if let list = setting.items { remember(user, list, second) }
    freshness.bump(user)
    return .applied
  }

  /// Replaces one list of the user's traces.
  ///
  /// - Parameter find: sets in the change what the name means; false when it means nothing.
  private mutating func learn(
    _ user: UInt32, _ list: Engagement.TraceList, _ likings: [TasteSetting.Liking],
    _ second: UInt32,
    _ find: (inout World, inout Engagement.Change, String) -> Bool
  ) {
    change(Engagement.Change(kind: .unlearn, list: list, user: user, second: second))
    for liking in likings.prefix(TasteSetting.entriesMax) {
      guard let strength = Self.strength(liking) else { continue }
      var step = Engagement.Change(
        kind: .learn, list: list, user: user, second: second, strength: strength)
      if find(&self, &step, liking.name) { change(step) }
    }
  }

  /// Lets items speak for the user in the place of all earlier deeds.
  ///
  /// They become deeds too, of a visit of their own, so that they are found again when tastes are
  /// added up anew from other vectors.
  private mutating func remember(
    _ user: UInt32, _ likings: [TasteSetting.Liking], _ second: UInt32
  ) {
    let row = Int(user)
    users.states[row].deeds = Ring()
    users.states[row].session &+= 1
    users.states[row].sessionKey = 0
    var taste = Taste()
    for liking in likings.prefix(TasteSetting.entriesMax) {
      guard let strength = Self.strength(liking), let item = item(liking.name) else { continue }
      vectors.withVector(row: item.index) { vector in
        taste.add(
          vector, item: item.index, strength: strength, second: second,
          halfLife: limits.tasteHalfLifeMs, joinCosine: limits.tasteJoinCosine,
          max: limits.tasteVectors)
      }
      users.states[row].note(
        strength > 0 ? .like : .notInterested, item: item.index, second: second, limits: limits)
    }
    users.states[row].taste = taste
    users.states[row].session &+= 1
  }

  /// A weight that can be added up; nil for one that says nothing.
  private static func strength(_ liking: TasteSetting.Liking) -> Float? {
    guard liking.weight.isFinite, liking.weight != 0 else { return nil }
    return min(max(liking.weight, -1_000), 1_000)
  }
}
