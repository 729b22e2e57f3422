/// Who turned to what, how much and when, as numbers.
///
/// A pair of a user and an item may stand several times; each model says what it makes of that.
public struct InteractionSet: Sendable {
  /// One interaction.
  public struct Entry: Equatable, Sendable {
    /// The user's number.
    public var user: UInt32
    /// The item's number.
    public var item: UInt32
    /// A rating or a weight.
    public var value: Float
    /// Seconds since 1970; 0 where times are unknown.
    public var time: Int64

    package init(user: UInt32, item: UInt32, value: Float, time: Int64) {
      self.user = user
      self.item = item
      self.value = value
      self.time = time
    }
  }

  /// What the numbers of users stand for.
  public internal(set) var users: [String] = []
  /// What the numbers of items stand for.
  public internal(set) var items: [String] = []
  /// The interactions in the order that they came in.
  public internal(set) var entries: [Entry] = []
  private var userNumbers: [String: UInt32] = [:]
  private var itemNumbers: [String: UInt32] = [:]

  /// No interactions.
  public init() {}

  /// Adds one; unknown users and items get the next numbers.
  public mutating func append(user: String, item: String, value: Float, time: Int64) {
    entries.append(
      Entry(
        user: Self.number(user, &userNumbers, &users),
        item: Self.number(item, &itemNumbers, &items), value: value, time: time))
  }

  /// The same users and items with other interactions among them.
  public func with(_ entries: [Entry]) -> InteractionSet {
    var other = self
    other.entries = entries
    return other
  }

  /// The same interactions, known users and items first, so that both sets share their numbers.
  ///
  /// - Returns: `other` numbered as here; users and items that are only there come behind.
  public func numbering(_ other: InteractionSet) -> InteractionSet {
    var result = with([])
    for entry in other.entries {
      result.append(
        user: other.users[Int(entry.user)], item: other.items[Int(entry.item)],
        value: entry.value, time: entry.time)
    }
    return result
  }

  /// Without the items that fewer users turned to; of fewer, nothing can be learned.
  public func keeping(leastUsers: Int) -> InteractionSet {
    let counts = matrix().columnCounts
    var set = InteractionSet()
    for entry in entries where counts[Int(entry.item)] >= leastUsers {
      set.append(
        user: users[Int(entry.user)], item: items[Int(entry.item)], value: entry.value,
        time: entry.time)
    }
    return set
  }

  /// The newest time; 0 without interactions.
  public var newest: Int64 { entries.lazy.map(\.time).max() ?? 0 }

  /// The oldest time; 0 without interactions.
  public var oldest: Int64 { entries.lazy.map(\.time).min() ?? 0 }

  /// Whether the interactions have times that tell them apart.
  public var hasTimes: Bool { newest > oldest }

  /// Users by items, of what `weight` makes of each entry; a pair that stands several times has the
  /// sum, or with `isBinary` the weight of one.
  public func matrix(isBinary: Bool = true, weight: (Entry) -> Float = { _ in 1 }) -> SparseMatrix {
    SparseMatrix(
      rows: users.count, columns: items.count,
      entries: entries.map { .init(row: $0.user, column: $0.item, value: weight($0)) },
      merging: isBinary ? { first, _ in first } : { $0 + $1 })
  }

  private static func number(
    _ text: String, _ numbers: inout [String: UInt32], _ texts: inout [String]
  ) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(texts.count)
    numbers[text] = number
    texts.append(text)
    return number
  }
}
