/// How interactions are parted into what models learn from and what they are judged by.
public enum InteractionSplit: Sendable, Equatable {
  /// The oldest share to learn from, the rest to judge by: what a live system faces.
  case time(Double)
  /// The newest interaction of every user that has two or more.
  case leaveOneOut
  /// A share of each user's interactions, drawn.
  case random(Double)

  /// `time:0.8`, `leave-one-out`, `random:0.75`.
  ///
  /// - Throws: `LabError` of the kind `option` for other texts.
  public init(_ text: String) throws(LabError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let share = parts.count == 2 ? Double(parts[1]) : nil
    switch (parts.first, share) {
    case ("leave-one-out", nil) where parts.count == 1: self = .leaveOneOut
    case ("time", let share?) where share > 0 && share < 1: self = .time(share)
    case ("random", let share?) where share > 0 && share < 1: self = .random(share)
    default:
      throw LabError(
        .option,
        "--split \(text.prefix(40)): expected time:0.8, random:0.8 (the share to learn from) or "
          + "leave-one-out")
    }
  }

  /// Both parts; the test has the numbers of the training.
  ///
  /// - Parameter seed: what a random split follows from.
  /// - Throws: `LabError` when the split needs times that there are not, or a part stays empty.
  public func parts(
    of all: InteractionSet, seed: UInt64
  ) throws(LabError) -> (train: InteractionSet, test: InteractionSet) {
    if self != .random(share), !all.hasTimes {
      throw LabError(
        .format, "the split needs times, but the fourth column is missing or the same on all lines")
    }
    let isTest: [Bool]
    switch self {
    case .time(let share): isTest = Self.newest(all, share)
    case .leaveOneOut: isTest = Self.last(all)
    case .random(let share): isTest = Self.drawn(all, share, seed)
    }
    let train = zip(all.entries, isTest).filter { !$0.1 }.map(\.0)
    let test = zip(all.entries, isTest).filter(\.1).map(\.0)
    guard !train.isEmpty, !test.isEmpty else {
      throw LabError(.format, "the split leaves nothing to learn from, or nothing to judge by")
    }
    // Numbers anew, so that no model knows of users and items that only the test has.
    var fresh = InteractionSet()
    for entry in train {
      fresh.append(
        user: all.users[Int(entry.user)], item: all.items[Int(entry.item)], value: entry.value,
        time: entry.time)
    }
    return (fresh, fresh.numbering(all.with(test)))
  }

  private var share: Double {
    if case .random(let share) = self { share } else { 0.5 }
  }

  private static func newest(_ all: InteractionSet, _ share: Double) -> [Bool] {
    let order = all.entries.indices.sorted {
      (all.entries[$0].time, $0) < (all.entries[$1].time, $1)
    }
    var isTest = [Bool](repeating: true, count: order.count)
    for place in order.prefix(Int(Double(order.count) * share)) { isTest[place] = false }
    return isTest
  }

  private static func last(_ all: InteractionSet) -> [Bool] {
    var newest = [Int](repeating: -1, count: all.users.count)
    var counts = [Int](repeating: 0, count: all.users.count)
    for (place, entry) in all.entries.enumerated() {
      let user = Int(entry.user)
      counts[user] += 1
      if newest[user] < 0 || all.entries[newest[user]].time <= entry.time { newest[user] = place }
    }
    var isTest = [Bool](repeating: false, count: all.entries.count)
    for user in newest.indices where counts[user] > 1 { isTest[newest[user]] = true }
    return isTest
  }

  /// By user, so that everybody keeps a past; a user with one interaction learns only.
  private static func drawn(_ all: InteractionSet, _ share: Double, _ seed: UInt64) -> [Bool] {
    var chance = SplitMix(seed: seed)
    var own = [[Int]](repeating: [], count: all.users.count)
    for (place, entry) in all.entries.enumerated() { own[Int(entry.user)].append(place) }
    var isTest = [Bool](repeating: false, count: all.entries.count)
    for places in own where places.count > 1 {
      let kept = min(places.count, max(1, Int((Double(places.count) * share).rounded())))
      for place in places.shuffled(using: &chance).dropFirst(kept) { isTest[place] = true }
    }
    return isTest
  }
}
