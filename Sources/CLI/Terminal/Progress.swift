/// How far a long piece of work is: on a terminal one line that is written over, otherwise a line
/// every ten seconds.
struct Progress {
  private let console: Console
  private let label: String
  private let unit: String
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var wasShown = false

  init(_ console: Console, _ label: String, unit: String) {
    self.console = console
    self.label = label
    self.unit = unit
    start = .now
    last = start
  }

  /// Seconds since the start.
  var seconds: Double { Self.seconds(start.duration(to: .now)) }

  /// Notes what was done; shows it when it is time.
  ///
  /// - Parameters:
  ///   - done: units so far.
  ///   - share: the part of the whole, 0 to 1, from which the time left follows; nil: unknown.
  ///   - extra: what else to say.
  mutating func update(_ done: Int, share: Double? = nil, extra: String = "") {
    let now = ContinuousClock.now
    let interval: Duration = console.isWatched ? .milliseconds(200) : .seconds(10)
    guard last.duration(to: now) >= interval, !console.isJSON || !console.isWatched else { return }
    last = now
    let text = line(done, share, extra)
    if console.isWatched {
      console.status(text)
      wasShown = true
    } else {
      console.note(text)
    }
  }

  /// Wipes the line that was written over.
  mutating func finish() {
    if wasShown { console.status("") }
    wasShown = false
  }

  private func line(_ done: Int, _ share: Double?, _ extra: String) -> String {
    let seconds = max(seconds, 1e-9)
    var text = "\(label): \(Figures.grouped(done)) \(unit)"
    if let share { text += " (\(Int(max(0, min(1, share)) * 100)) %)" }
    text += ", \(Figures.grouped(Int(Double(done) / seconds)))/s"
    if let share, share > 0.001 {
      let left = seconds * (1 - min(1, share)) / share
      text += ", \(Figures.time(seconds: left)) left"
    }
    return extra.isEmpty ? text : text + ", " + extra
  }

  static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
