public import Feed

/// The interactions of a log as models learn from them: who holds to what, after all that was done.
///
/// ```swift
/// var logged = LoggedInteractions(strengths: settings.actionStrength)
/// try log.scan(after: .zero) { _, record in
///   logged.take(record)
///   return true
/// }
/// let set = logged.interactions(leastUsers: 5)
/// ```
///
/// What users did before they were erased, and what was done with an item before it was deleted,
/// counts for nothing.
public struct LoggedInteractions {
  private let strengths: [Float]
  private var all = InteractionSet()
  /// By number: entries before this one do not count.
  private var userFrom: [UInt32: Int] = [:]
  private var itemFrom: [UInt32: Int] = [:]
  private var userNumbers: [String: UInt32] = [:]
  private var itemNumbers: [String: UInt32] = [:]

  /// Nothing yet.
  ///
  /// - Parameter strengths: how much each action speaks for an item or against it, by its name;
  ///   those of `WorldSettings`.
  public init(strengths: [String: Double]) {
    var table = [Float](repeating: 0, count: 256)
    for action in Action.allCases {
      table[Int(action.rawValue)] = Float(strengths[action.name] ?? 0)
    }
    self.strengths = table
  }

  /// Interactions taken in so far.
  public var count: Int { all.entries.count }

  /// Takes the next record of the log in; records that can't be read are passed over, as by the
  /// fold.
  public mutating func take(_ record: RecordView) {
    guard let kind = try? record.kind() else { return }
    switch kind {
    case .interaction:
      guard let view = try? InteractionView(record), !view.targetIsAuthor else { return }
      let strength = strengths[Int(view.action.rawValue)]
      guard strength != 0 else { return }
      append(view.user.text, view.target.text, strength, view.time.milliseconds / 1_000)
    case .itemDeleted, .userErased:
      guard let event = try? Event.decode(record) else { return }
      switch event {
      case .itemDeleted(let deletion):
        if let item = itemNumbers[deletion.id] { itemFrom[item] = all.entries.count }
      case .userErased(let erasure):
        if let user = userNumbers[erasure.user] { userFrom[user] = all.entries.count }
      default: break
      }
    case .itemPublished, .itemChanged, .profile, .follow, .unfollow, .pageServed, .itemVector,
      .spaceSwitched, .tasteSet:
      break
    }
  }

  private mutating func append(_ user: String, _ item: String, _ strength: Float, _ time: Int64) {
    all.append(user: user, item: item, value: strength, time: time)
    guard let entry = all.entries.last else { return }
    userNumbers[user] = entry.user
    itemNumbers[item] = entry.item
  }

  /// A pair for each user and item whose strengths add up to more than nothing, of items that so
  /// many users hold to: of fewer, nothing can be learned. The value is the sum, the time the
  /// newest.
  public func interactions(leastUsers: Int) -> InteractionSet {
    struct Pair: Hashable {
      var user: UInt32
      var item: UInt32
    }
    var places: [Pair: Int] = [:]
    var pairs: [InteractionSet.Entry] = []
    for (place, entry) in all.entries.enumerated()
    where place >= userFrom[entry.user] ?? 0 && place >= itemFrom[entry.item] ?? 0 {
      let pair = Pair(user: entry.user, item: entry.item)
      if let known = places[pair] {
        pairs[known].value += entry.value
        pairs[known].time = max(pairs[known].time, entry.time)
      } else {
        places[pair] = pairs.count
        pairs.append(entry)
      }
    }
    pairs.removeAll { $0.value <= 0 }
    var users = [Int](repeating: 0, count: all.items.count)
    for pair in pairs { users[Int(pair.item)] += 1 }
    var set = InteractionSet()
    for pair in pairs where users[Int(pair.item)] >= leastUsers {
      set.append(
        user: all.users[Int(pair.user)], item: all.items[Int(pair.item)], value: pair.value,
        time: pair.time)
    }
    return set
  }
}
