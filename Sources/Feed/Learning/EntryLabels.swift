/// What a user did with one item of a page, as far as it is known.
///
/// Adding is idempotent and does not depend on the order, so that retries and late deliveries
/// change nothing.
public struct EntryLabels: Equatable, Sendable {
  /// Objectives that were reached, a bit each.
  public internal(set) var bits: UInt16 = 0
  /// Whether the client said that the item was on the screen.
  public internal(set) var isImpressed = false
  /// The topmost place at which the client showed it, from 1; 0 = it did not tell.
  public internal(set) var position: UInt16 = 0
  /// The longest stay on the item; 0 = none was told.
  public internal(set) var dwellMs: UInt32 = 0
  /// The longest time on the screen that the client told of; 0 = none.
  public internal(set) var viewportMs: UInt32 = 0

  /// The bit of a cart: no objective, so only joiners that tell deeds at once know it.
  static let cartBit: UInt16 = 1 << 15

  /// No labels.
  public init() {}

  /// Whether an objective was reached.
  public func has(_ objective: Objective) -> Bool { bits & objective.bit != 0 }

  /// Whether the user saw the item for certain: the client said so, or something was done with it.
  public var isSeen: Bool { isImpressed || bits != 0 || dwellMs > 0 }

  /// Adds what one event says; false when it says nothing new.
  mutating func add(_ deed: Deed, longDwellMs: Int64) -> Bool {
    let before = self
    switch deed {
    case .objective(let objective): bits |= objective.bit
    case .impression(let milliseconds, let place):
      isImpressed = true
      if place > 0 { position = position == 0 ? place : min(position, place) }
      viewportMs = max(viewportMs, milliseconds)
    case .stay(let milliseconds):
      dwellMs = max(dwellMs, milliseconds)
      if Int64(dwellMs) > longDwellMs { bits |= Objective.longDwell.bit }
    case .cart: bits |= Self.cartBit
    case .completed(let milliseconds):
      bits |= Objective.complete.bit
      dwellMs = max(dwellMs, milliseconds)
      if Int64(dwellMs) > longDwellMs { bits |= Objective.longDwell.bit }
    }
    return self != before
  }

  /// What an interaction means as a label.
  enum Deed: Equatable {
    case objective(Objective)
    case impression(viewportMs: UInt32, position: UInt16)
    case stay(UInt32)
    case completed(UInt32)
    case cart

    /// The meaning of an action; nil when it is no label: a mute, a skip, and a cart unless it is
    /// to count.
    init?(_ action: Action, value: Float, position: UInt16, countsCarts: Bool = false) {
      switch action {
      case .impression:
        self = .impression(viewportMs: Self.milliseconds(value), position: position)
      case .click: self = .objective(.click)
      case .like: self = .objective(.like)
      case .share: self = .objective(.share)
      case .comment: self = .objective(.comment)
      case .save: self = .objective(.save)
      case .dwell: self = .stay(Self.milliseconds(value))
      case .watch: self = .stay(Self.milliseconds(value * 1_000))
      case .complete: self = .completed(Self.milliseconds(value * 1_000))
      case .purchase: self = .objective(.purchase)
      case .hide, .notInterested: self = .objective(.hide)
      case .report: self = .objective(.report)
      case .addToCart where countsCarts: self = .cart
      case .addToCart, .skip, .mute, .unmute, .block, .unblock: return nil
      }
    }

    /// The objective whose window counts; nil = that of impressions.
    var objective: Objective? {
      switch self {
      case .objective(let objective): objective
      case .impression: nil
      case .stay: .longDwell
      case .completed: .complete
      case .cart: .purchase
      }
    }

    /// Whole milliseconds of a client's number, whatever it is.
    private static func milliseconds(_ value: Float) -> UInt32 {
      value > 0 ? UInt32(min(value, 4e9)) : 0
    }
  }
}
