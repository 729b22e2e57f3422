/// A table as bytes, for a file:
///
///     magic "UPDRNBRS" · format · checksum of the rest · name · when it was made ·
///     items · identifiers · where each item's neighbours begin · numbers · shares
///
/// Numbers are little-endian; the checksum is that of snapshots. Nothing is looked at before the
/// checksum is right, and nothing is believed because of it.
extension NeighbourTable {
  private static let magic: UInt64 = 0x5352_424e_5244_5055  // UPDRNBRS
  private static let format: UInt64 = 1
  private static let headBytes = 24

  /// The table as bytes.
  public func encoded() -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(pairs * 8 + ids.count * 24)
    body.put(text: name)
    body.put(made.milliseconds)
    body.put(UInt64(ids.count))
    for number in 0..<ids.count {
      ids.withView(UInt32(number)) { id in
        body.put(UInt16(truncatingIfNeeded: id.count))
        id.append(to: &body)
      }
    }
    body.put(raw: starts)
    body.put(UInt64(numbers.count))
    body.put(raw: numbers)
    body.put(raw: shares)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headBytes + body.count)
    bytes.put(Self.magic)
    bytes.put(Self.format)
    bytes.put(Self.checksum(body, from: 0))
    bytes.append(contentsOf: body)
    return bytes
  }

  /// Reads a table.
  ///
  /// - Parameter place: names the bytes in errors.
  /// - Throws: `.corrupt` with what is wrong, `.version` for a format of another program.
  public convenience init(_ bytes: [UInt8], _ place: String) throws(NeighbourError) {
    try self.init(reading: bytes, place)
  }

  private convenience init(reading bytes: [UInt8], _ place: String) throws(NeighbourError) {
    func damaged(_ what: String) -> NeighbourError {
      NeighbourError(.corrupt, "\(place): \(what); train again with `updraft train neighbours`")
    }
    let head: (magic: UInt64?, format: UInt64?, sum: UInt64?) = RecordView.over(
      bytes, 0..<bytes.count
    ) { ($0.load(0, as: UInt64.self), $0.load(8, as: UInt64.self), $0.load(16, as: UInt64.self)) }
    guard let sum = head.sum, head.magic == Self.magic else {
      throw damaged("is no table of neighbours")
    }
    guard head.format == Self.format else {
      throw NeighbourError(
        .version,
        "\(place): has the format \(head.format ?? 0), this program reads \(Self.format); train "
          + "again with `updraft train neighbours`")
    }
    guard Self.checksum(bytes, from: Self.headBytes) == sum else {
      throw damaged("does not match its checksum")
    }
    let parts: Parts
    do throws(SnapshotError) {
      parts = try RecordView.over(bytes, Self.headBytes..<bytes.count) {
        (view) throws(SnapshotError) in try Parts(view)
      }
    } catch {
      throw damaged("ends before its table does")
    }
    if let fault = parts.fault { throw damaged(fault) }
    self.init(
      name: parts.name, made: parts.made, ids: parts.ids, starts: parts.starts,
      numbers: parts.numbers, shares: parts.shares)
  }

  private static func checksum(_ bytes: [UInt8], from start: Int) -> UInt64 {
    RecordView.over(bytes, start..<bytes.count) { SnapshotWriter.checksum(of: $0) }
  }

  /// What was read, before it is believed.
  private struct Parts {
    let name: String
    let made: Timestamp
    var ids = IdentifierTable()
    let starts: [UInt32]
    let numbers: [UInt32]
    let shares: [Float]
    /// Whether the bytes hold something else too, or an identifier twice or without a letter.
    private var isOdd = false

    init(_ view: RecordView) throws(SnapshotError) {
      var reader = SnapshotReader(view)
      name = try reader.bytes(Int(try reader.number(UInt16.self))).text
      made = Timestamp(milliseconds: try reader.number(Int64.self))
      let count = try reader.length(stride: 2)
      for number in 0..<count {
        let id = try reader.bytes(Int(try reader.number(UInt16.self)))
        if ids.row(id) != nil || !(1...Identifier.bytesMax).contains(id.count) { isOdd = true }
        ids.insert(id, row: UInt32(truncatingIfNeeded: number))
      }
      starts = try reader.bytes((count + 1) * 4).array(of: UInt32.self)
      let pairs = try reader.length(stride: 8)
      numbers = try reader.bytes(pairs * 4).array(of: UInt32.self)
      shares = try reader.bytes(pairs * 4).array(of: Float.self)
      if !reader.isAtEnd { isOdd = true }
    }

    /// What keeps it from being a table; nil when it is one.
    var fault: String? {
      if isOdd { return "holds identifiers or bytes that no table has" }
      guard starts.first == 0, Int(starts[starts.count - 1]) == numbers.count,
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else { return "its lists overlap" }
      for item in 0..<ids.count {
        let range = Int(starts[item])..<Int(starts[item + 1])
        guard range.count <= NeighbourTable.neighboursMax else {
          return "an item has \(range.count) neighbours"
        }
        var sum: Float = 0
        var seen: Set<UInt32> = [UInt32(truncatingIfNeeded: item)]
        for place in range {
          guard numbers[place] < ids.count else { return "a neighbour is no item of the table" }
          guard seen.insert(numbers[place]).inserted else {
            return "an item is its own neighbour, or has one twice"
          }
          guard shares[place] > 0, shares[place].isFinite else {
            return "a share is \(shares[place])"
          }
          sum += shares[place]
        }
        guard sum <= 1.001 else { return "the shares of an item add up to \(sum)" }
      }
      return nil
    }
  }
}
