/// What may follow an impression, and what a head of a model predicts the chance of. The raw value
/// is the label's bit in examples, so it is never reused.
public enum Objective: UInt8, CaseIterable, Sendable {
  case click = 0
  /// A dwell of more than `WorldSettings.longDwellMs`.
  case longDwell
  case like, share, comment, save, complete, purchase, hide, report

  /// The name in configuration, files and explanations.
  public var name: String {
    switch self {
    case .click: "click"
    case .longDwell: "long_dwell"
    case .like: "like"
    case .share: "share"
    case .comment: "comment"
    case .save: "save"
    case .complete: "complete"
    case .purchase: "purchase"
    case .hide: "hide"
    case .report: "report"
    }
  }

  /// The label's bit.
  public var bit: UInt16 { 1 &<< UInt16(rawValue) }

  /// The objective of a name; nil when there is none.
  public static func named(_ name: String) -> Objective? { allCases.first { $0.name == name } }
}
