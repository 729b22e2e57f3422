/// Where a model stands in its life. The raw value is its name everywhere.
public enum ModelStage: String, CaseIterable, Sendable {
  /// It is kept and nobody meets it.
  case candidate
  /// It scores pages for the log; nobody sees it.
  case shadow
  /// It serves a share of the users.
  case canary
  /// It serves everybody whom no canary takes.
  case production
  /// It served, or was given up.
  case archived

  /// Whether one model at most is in this stage.
  public var isSingle: Bool { self == .shadow || self == .canary || self == .production }
}
