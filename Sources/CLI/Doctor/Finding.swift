internal import JSON

/// One thing that the doctor looked at.
struct Finding {
  /// How bad it is.
  enum Level: String, Comparable {
    case fine, warning, error

    static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

    private var rank: Int { self == .fine ? 0 : self == .warning ? 1 : 2 }
  }

  let level: Level
  /// What was looked at.
  let check: String
  /// What was found.
  let message: String
  /// The command that mends it, or what to do; empty when there is nothing to do.
  let fix: String
}

/// The findings of one examination, told one by one as they come.
final class Examination {
  private(set) var findings: [Finding] = []
  private let console: Console

  init(_ console: Console) { self.console = console }

  /// The worst level so far.
  var worst: Finding.Level { findings.map(\.level).max() ?? .fine }

  func fine(_ check: String, _ message: String) { tell(.fine, check, message, "") }

  func warn(_ check: String, _ message: String, fix: String) {
    tell(.warning, check, message, fix)
  }

  func fail(_ check: String, _ message: String, fix: String) { tell(.error, check, message, fix) }

  private func tell(_ level: Finding.Level, _ check: String, _ message: String, _ fix: String) {
    let finding = Finding(level: level, check: check, message: message, fix: fix)
    findings.append(finding)
    show(finding)
  }

  private func show(_ finding: Finding) {
    guard !console.isJSON else {
      return console.json { json in
        json.member("level", finding.level.rawValue)
        json.member("check", finding.check)
        json.member("message", finding.message)
        json.member("fix", finding.fix)
      }
    }
    let style = console.style
    let label =
      switch finding.level {
      case .fine: style.green("fine   ")
      case .warning: style.yellow("WARNING")
      case .error: style.red("ERROR  ")
      }
    let gap = String(repeating: " ", count: max(0, 14 - finding.check.count))
    console.line("\(label)  \(finding.check)\(gap)  \(finding.message)")
    if !finding.fix.isEmpty {
      console.line(String(repeating: " ", count: 25) + "→ " + finding.fix)
    }
  }
}
