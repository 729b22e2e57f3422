/// What became of an interaction; each ends in exactly one.
public enum JoinOutcome: UInt8, CaseIterable, Sendable {
  /// Joined to the page that its request id names.
  case byRequest = 0
  /// Joined to the newest page that showed the item to the user.
  case byUser
  /// Its page knows it already: a retry, a second like.
  case duplicate
  /// Behind its window, or delivered after its page was emitted.
  case late
  /// No page showed the item.
  case orphan
  /// Before every page that it could belong to, by more than clocks may differ.
  case negative
  /// No label: an author's, or an action that is none.
  case unlabelled

  /// The name in metrics and reports.
  public var name: String {
    switch self {
    case .byRequest: "by_request"
    case .byUser: "by_user"
    case .duplicate: "duplicate"
    case .late: "late"
    case .orphan: "orphan"
    case .negative: "negative"
    case .unlabelled: "unlabelled"
    }
  }
}

/// What a joiner counted.
public struct JoinTally: Equatable, Sendable {
  /// Pages that were taken in.
  public internal(set) var pages: UInt64 = 0
  /// Pages that were emitted.
  public internal(set) var emitted: UInt64 = 0
  /// Of them before their windows had passed, because too many waited.
  public internal(set) var early: UInt64 = 0
  /// Pages that were dropped because their user was erased.
  public internal(set) var erased: UInt64 = 0
  /// Interactions that wait for the page of their request.
  public internal(set) var ahead: UInt64 = 0
  /// Pages and interactions that could not be read.
  public internal(set) var unreadable: UInt64 = 0
  private var outcomes: [UInt64] = JoinOutcome.allCases.map { _ in 0 }

  /// Nothing was counted.
  public init() {}

  /// Interactions with an outcome.
  public internal(set) subscript(outcome: JoinOutcome) -> UInt64 {
    get { outcomes[Int(outcome.rawValue)] }
    set { outcomes[Int(outcome.rawValue)] = newValue }
  }

  /// Interactions in all.
  public var interactions: UInt64 { outcomes.reduce(ahead, +) }

  /// Pages that wait.
  public var pending: UInt64 { pages - emitted - erased }
}
