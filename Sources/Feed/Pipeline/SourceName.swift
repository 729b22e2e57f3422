/// Where candidates come from. The raw value is the source's bit in logs and on pages, so it is
/// never reused.
public enum SourceName: UInt8, CaseIterable, Sendable {
  case followed = 0
  case nearest
  case coEngaged
  case trending
  case fresh
  case popular

  /// The name in configuration and on the wire.
  public var name: String {
    switch self {
    case .followed: "followed"
    case .nearest: "nearest"
    case .coEngaged: "co_engaged"
    case .trending: "trending"
    case .fresh: "fresh"
    case .popular: "popular"
    }
  }

  /// Every name, in the order of the bits.
  public static var names: [String] { allCases.map(\.name) }

  /// The source's bit in `Page.Entry.sources`.
  public var bit: UInt16 { 1 &<< UInt16(rawValue) }

  /// The sources of a mask.
  public static func sources(in mask: UInt16) -> [SourceName] {
    allCases.filter { mask & $0.bit != 0 }
  }

  /// What a page says of an item that only its source speaks for.
  var reason: Reason {
    switch self {
    case .followed: .followed
    case .nearest: .nearTaste
    case .coEngaged: .coEngaged
    case .trending: .trending
    case .fresh: .fresh
    case .popular: .popular
    }
  }
}
