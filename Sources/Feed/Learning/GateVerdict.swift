/// What the gate found before a model goes a step on: every check, with its figure and its limit.
public struct GateVerdict: Equatable, Sendable {
  /// One check.
  public struct Check: Equatable, Sendable {
    /// What was looked at, such as `drift.psi`.
    public var name: String
    /// What it is about, such as a feature's name; empty = the model as a whole.
    public var subject: String
    /// What was found.
    public var figure: Double
    /// Where the gate shuts.
    public var limit: Double
    /// Whether it is on the right side.
    public var isPassed: Bool
    /// What the two mean, in words.
    public var detail: String

    /// A check.
    public init(
      _ name: String, _ subject: String = "", figure: Double, limit: Double, isPassed: Bool,
      detail: String
    ) {
      self.name = name
      self.subject = subject
      self.figure = figure
      self.limit = limit
      self.isPassed = isPassed
      self.detail = detail
    }
  }

  /// The checks, in the order in which they were made.
  public var checks: [Check]

  /// A verdict.
  public init(checks: [Check] = []) { self.checks = checks }

  /// Whether the model may go on.
  public var isPassed: Bool { checks.allSatisfy(\.isPassed) }

  /// The checks that shut the gate.
  public var failures: [Check] { checks.filter { !$0.isPassed } }

  /// One sentence.
  public var summary: String {
    let failed = failures
    guard !failed.isEmpty else { return "all \(checks.count) checks passed" }
    let named = failed.prefix(3).map { check in
      check.name + (check.subject.isEmpty ? "" : " of \(check.subject)") + ": \(check.detail)"
    }
    return "\(failed.count) of \(checks.count) checks failed: " + named.joined(separator: "; ")
      + (failed.count > 3 ? "; …" : "")
  }
}
