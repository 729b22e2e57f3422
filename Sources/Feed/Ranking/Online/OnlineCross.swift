/// What the online part crosses an item with: each pair of an item and a value has a weight.
public enum OnlineCross: UInt8, CaseIterable, Sendable {
  /// Nothing: the item alone.
  case item = 0
  /// The last item of the user's running session, or the one that the page is about.
  case lastItem
  /// The item before it.
  case previousItem
  /// Where the request comes from.
  case region
  /// Each word of the request's context.
  case context

  /// The name in configuration.
  public var name: String {
    switch self {
    case .item: "item"
    case .lastItem: "last_item"
    case .previousItem: "previous_item"
    case .region: "region"
    case .context: "context"
    }
  }

  /// Every name.
  public static var names: [String] { allCases.map(\.name) }

  /// The key of a value of this cross; never 0.
  func key(_ value: UInt64) -> UInt64 {
    Hashing.mix(Hashing.fold(UInt64(rawValue) &+ 1, value)) | 1
  }
}
