/// What a model learned of which item follows which: for each item its neighbours and their shares.
///
/// Items stand here by their identifiers, so that a table means the same in every process, whatever
/// rows they have there; whoever reads looks rows up. An item that the World does not know, or no
/// longer, is passed over by the reader and may come again. A table never changes.
///
/// ```swift
/// var draft = NeighbourDraft(name: "monday", pairsMax: 1_000_000)
/// try draft.set("lasagne", [.init(item: "tiramisu", weight: 0.4)])
/// engine.neighbours.set(draft.table(made: now))
/// ```
public final class NeighbourTable: Sendable, Equatable {
  /// One neighbour, when a table is made.
  public struct Neighbour: Equatable, Sendable {
    /// Its identifier.
    public var item: String
    /// How likely it comes next, set against the others; above 0.
    public var weight: Float

    /// A neighbour.
    public init(item: String, weight: Float) {
      self.item = item
      self.weight = weight
    }
  }

  /// Neighbours of one item at most: what a page can make use of.
  public static let neighboursMax = 200

  /// What its maker called it.
  public let name: String
  /// When it was made.
  public let made: Timestamp
  /// All items, with a number each.
  let ids: IdentifierTable
  /// Where each item's neighbours begin; one more than there are items.
  let starts: [UInt32]
  /// The neighbours' numbers.
  let numbers: [UInt32]
  /// The neighbours' shares: above 0, of one item 1 at most.
  let shares: [Float]

  /// A table out of parts that fit together.
  init(
    name: String, made: Timestamp, ids: IdentifierTable, starts: [UInt32], numbers: [UInt32],
    shares: [Float]
  ) {
    self.name = name
    self.made = made
    self.ids = ids
    self.starts = starts
    self.numbers = numbers
    self.shares = shares
  }

  /// How many pairs of an item and a neighbour.
  public var pairs: Int { numbers.count }

  /// How many items have neighbours.
  public var items: Int {
    var count = 0
    for number in 0..<ids.count where starts[number] < starts[number + 1] { count += 1 }
    return count
  }

  /// The neighbours of an item with their shares, strongest first.
  public func neighbours(of item: String) -> [Neighbour] {
    guard let number = ids.row(item) else { return [] }
    return range(number).map { Neighbour(item: ids.text(numbers[$0]), weight: shares[$0]) }
  }

  /// How many items there are, neighbours and those that have some.
  public var identifiers: Int { ids.count }

  /// How many of some of the identifiers are those of no item of a World.
  public func unknown(_ part: Range<Int>, in world: borrowing World) -> Int {
    var count = 0
    for number in part.clamped(to: 0..<ids.count)
    where world.items.ids.row(of: UInt32(number), in: ids) == nil {
      count += 1
    }
    return count
  }

  /// Where the neighbours of an item lie; empty when it has none.
  @inline(__always)
  func range(_ number: UInt32) -> Range<Int> {
    Int(starts[Int(number)])..<Int(starts[Int(number) + 1])
  }

  /// Whether two tables say the same.
  public static func == (one: NeighbourTable, other: NeighbourTable) -> Bool {
    one === other || one.encoded() == other.encoded()
  }
}

extension IdentifierTable {
  /// The row here of an identifier that has a row in another table.
  @inline(__always)
  func row(of other: UInt32, in table: IdentifierTable) -> UInt32? {
    table.withView(other) { row($0) }
  }
}
