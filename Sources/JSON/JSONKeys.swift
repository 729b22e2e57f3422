/// A fixed list of names to match members or string values against without making strings.
///
/// Make it once, as a `static let`; matching gives the position in the list.
public struct JSONKeys: Sendable {
  /// The names in order.
  public let names: [String]
  private let encoded: [[UInt8]]

  /// The list; a name that stands twice is found at its first place.
  public init(_ names: [String]) {
    self.names = names
    encoded = names.map { Array($0.utf8) }
  }

  /// How many names.
  public var count: Int { encoded.count }

  /// The position of a text of `value`, tried first at `hint`, because members mostly come in the
  /// order in which the list names them.
  @inline(__always)
  func position(of value: JSONValue, at offset: Int, length: Int, hint: Int = 0) -> Int? {
    if hint < encoded.count, value.textEquals(at: offset, length: length, encoded[hint]) {
      return hint
    }
    for position in encoded.indices where position != hint {
      if value.textEquals(at: offset, length: length, encoded[position]) { return position }
    }
    return nil
  }
}
