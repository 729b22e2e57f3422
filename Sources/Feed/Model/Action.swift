/// What a user did with an item or an author.
public enum Action: UInt8, CaseIterable, Sendable {
  case impression = 1
  case click
  case like
  case share
  case comment
  case save
  /// Time spent on an item; the value is milliseconds.
  case dwell
  /// Part of a video or audio played; the value is seconds.
  case watch
  /// Played or read to the end; the value is seconds.
  case complete
  case addToCart
  case purchase
  case skip
  case hide
  case notInterested
  case mute
  case unmute
  case block
  case unblock
  case report

  /// The name on the wire and in configuration.
  public var name: String { Self.names[Int(rawValue)] }

  /// The action of a name on the wire; nil when there is none.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name), index > 0 else { return nil }
    self.init(rawValue: UInt8(index))
  }

  /// Whether the action is about an author (or about an item, whose author is then meant).
  public var concernsAuthor: Bool {
    switch self {
    case .mute, .unmute, .block, .unblock: true
    default: false
    }
  }

  /// The counter that the action adds to; nil when it changes only the user's own state.
  public var channel: Channel? {
    switch self {
    case .impression: .impression
    case .click, .watch: .click
    case .like: .like
    case .share: .share
    case .comment: .comment
    case .save: .save
    case .dwell, .complete: .complete
    case .addToCart, .purchase: .purchase
    case .skip, .hide, .notInterested, .report: .negative
    case .mute, .unmute, .block, .unblock: nil
    }
  }

  private static let names = [
    "", "impression", "click", "like", "share", "comment", "save", "dwell", "watch", "complete",
    "add_to_cart", "purchase", "skip", "hide", "not_interested", "mute", "unmute", "block",
    "unblock", "report",
  ]
}

/// A counter of an item: what its windows, decayed rates and velocities are kept for.
public enum Channel: UInt8, CaseIterable, Sendable {
  case impression, click, like, share, comment, save, complete, purchase, negative

  /// How many channels there are: the stride of per-channel columns, without making `allCases`.
  @inline(__always)
  static var count: Int { 9 }

  /// The name in features and metrics.
  public var name: String { "\(self)" }
}
