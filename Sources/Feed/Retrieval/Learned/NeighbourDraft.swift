/// A table of neighbours while it is put together, item by item, in any order.
public struct NeighbourDraft: Sendable {
  /// What the table will be called.
  public let name: String
  /// The most pairs that it may hold, those included that were replaced meanwhile.
  public let pairsMax: Int
  private var ids = IdentifierTable()
  /// Where the newest neighbours of each item lie, by its number.
  private var places: [Range<Int>] = []
  private var numbers: [UInt32] = []
  private var shares: [Float] = []

  /// Nothing yet.
  public init(name: String, pairsMax: Int) {
    self.name = name
    self.pairsMax = min(pairsMax, Int(UInt32.max))
  }

  /// How many items have neighbours so far.
  public var items: Int { places.count { !$0.isEmpty } }

  /// How many pairs there are so far.
  public var pairs: Int { places.reduce(0) { $0 + $1.count } }

  /// Sets the neighbours of an item, in place of those that it had.
  ///
  /// Weights are shares of what comes next: where they add up to more than 1 they are scaled down
  /// to 1, and where they add up to less, the rest is for whatever else comes.
  ///
  /// - Throws: `.invalid` naming the item and what is wrong with it, `.tooMany` beyond a bound.
  ///   Nothing is changed then.
  public mutating func set(
    _ item: String, _ neighbours: [NeighbourTable.Neighbour]
  ) throws(NeighbourError) {
    try Self.check(item, of: "an item")
    guard neighbours.count <= NeighbourTable.neighboursMax else {
      throw NeighbourError(
        .tooMany,
        "\(item) has \(neighbours.count) neighbours, at most \(NeighbourTable.neighboursMax); "
          + "send the strongest")
    }
    guard numbers.count + neighbours.count <= pairsMax else {
      throw NeighbourError(
        .tooMany,
        "more than \(pairsMax) pairs; send fewer neighbours an item, or raise "
          + "engine.neighbour_pairs_max")
    }
    var seen: Set<String> = [item]
    var sum = 0.0
    for neighbour in neighbours {
      try Self.check(neighbour.item, of: "a neighbour of \(item)")
      guard neighbour.weight > 0, neighbour.weight.isFinite else {
        throw NeighbourError(
          .invalid,
          "\(neighbour.item) has the weight \(neighbour.weight) after \(item), expected a number "
            + "above 0")
      }
      guard seen.insert(neighbour.item).inserted else {
        throw NeighbourError(
          .invalid,
          neighbour.item == item
            ? "\(item) is a neighbour of itself"
            : "\(neighbour.item) stands twice among the neighbours of \(item)")
      }
      sum += Double(neighbour.weight)
    }
    let scale = sum > 1 ? 1 / sum : 1
    let start = numbers.count
    let number = number(of: item)
    // Equal weights keep the order that they came in.
    for (_, neighbour) in neighbours.enumerated()
      .sorted(by: { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) })
    {
      let share = Float(Double(neighbour.weight) * scale)
      guard share > 0 else { continue }
      numbers.append(self.number(of: neighbour.item))
      shares.append(share)
    }
    places[Int(number)] = start..<numbers.count
  }

  /// The table as it is now.
  public func table(made: Timestamp) -> NeighbourTable {
    var starts: [UInt32] = [0]
    starts.reserveCapacity(places.count + 1)
    var (kept, values) = ([UInt32](), [Float]())
    kept.reserveCapacity(numbers.count)
    values.reserveCapacity(numbers.count)
    for place in places {
      kept.append(contentsOf: numbers[place])
      values.append(contentsOf: shares[place])
      starts.append(UInt32(kept.count))
    }
    return NeighbourTable(
      name: name, made: made, ids: ids, starts: starts, numbers: kept, shares: values)
  }

  private static func check(_ item: String, of what: String) throws(NeighbourError) {
    guard (1...Identifier.bytesMax).contains(item.utf8.count) else {
      throw NeighbourError(
        .invalid,
        "the identifier of \(what) has \(item.utf8.count) bytes, expected 1 to "
          + "\(Identifier.bytesMax)")
    }
  }

  private mutating func number(of item: String) -> UInt32 {
    if let known = ids.row(item) { return known }
    let number = UInt32(places.count)
    let bytes = Array(item.utf8)
    RecordView.over(bytes, 0..<bytes.count) { ids.insert($0, row: number) }
    places.append(0..<0)
    return number
  }
}
