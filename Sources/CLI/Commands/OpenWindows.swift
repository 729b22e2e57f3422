internal import Feed

/// Pages of a log that can't be learned from yet, in words.
enum OpenWindows {
  /// How many wait, until when, and what would make that shorter; nil when none waits.
  static func text(_ report: JoinedExamples.Report) -> String? {
    guard report.open > 0, let until = report.openUntil else { return nil }
    let first = Figures.instant(milliseconds: until.lowerBound.milliseconds)
    let last = Figures.instant(milliseconds: until.upperBound.milliseconds)
    let when = first == last ? "close at \(first)" : "close from \(first) to \(last)"
    let rows = Figures.count(report.openItems, "row")
    return "the label windows of \(Figures.count(report.open, "page")) (\(rows)) are still open; "
      + "they \(when), with the next event that is taken in after that. Shorter ones: "
      + "learning.windows, learning.attribution and learning.allowed_lateness, in the server's "
      + "file (--config) or for a trial by --set"
  }
}
