internal import JSON

/// One line of the table of figures.
struct BenchRow {
  /// What a figure is held against.
  enum Goal {
    case atLeast(Double)
    case atMost(Double)
    /// Ours over the peer's.
    case ratioAtLeast(Double)
    /// Ours over the peer's.
    case ratioAtMost(Double)
  }

  /// How a number is written.
  enum Unit: String {
    case perSecond = "/s"
    case milliseconds = "ms"
    case microseconds = "us"
    case seconds = "s"
    case share = ""
    case bytes = "bytes"
    case tries = "tries"
  }

  /// What was measured.
  let measure: String
  let unit: Unit
  let ours: Double
  /// The peer's figure of the same run, and who it is.
  let peer: (name: String, value: Double)?
  let goal: Goal
  /// What else one should know.
  let note: String

  init(
    _ measure: String, _ unit: Unit, _ ours: Double, peer: (name: String, value: Double)? = nil,
    _ goal: Goal, note: String = ""
  ) {
    self.measure = measure
    self.unit = unit
    self.ours = ours
    self.peer = peer
    self.goal = goal
    self.note = note
  }

  /// Ours over the peer's.
  var ratio: Double? { peer.flatMap { $0.value > 0 ? ours / $0.value : nil } }

  /// Whether the goal is met; nil when there was nothing to hold it against.
  var isMet: Bool? {
    switch goal {
    case .atLeast(let least): ours >= least
    case .atMost(let most): ours <= most
    case .ratioAtLeast(let least): ratio.map { $0 >= least }
    case .ratioAtMost(let most): ratio.map { $0 <= most }
    }
  }

  /// The cells of the table.
  var cells: [String] {
    let met = isMet.map { $0 ? "yes" : "NO" } ?? "?"
    return [
      measure, text(ours), peer.map { text($0.value) } ?? "", peer?.name ?? "",
      ratio.map { Figures.decimal($0, 2) + "x" } ?? "", goalText, met, note,
    ]
  }

  private var goalText: String {
    switch goal {
    case .atLeast(let least): "≥ " + text(least)
    case .atMost(let most): "≤ " + text(most)
    case .ratioAtLeast(let least): "≥ \(factor(least))x"
    case .ratioAtMost(let most): "≤ \(factor(most))x"
    }
  }

  private func factor(_ number: Double) -> String {
    Figures.decimal(number, number < 1 ? 2 : 1)
  }

  private func text(_ number: Double) -> String {
    switch unit {
    case .perSecond: Figures.grouped(Int(number)) + "/s"
    case .milliseconds: Figures.decimal(number, 2) + " ms"
    case .microseconds: Figures.decimal(number, 2) + " us"
    case .seconds: Figures.decimal(number, 2) + " s"
    case .share: Figures.decimal(number, 4)
    case .bytes: Figures.bytes(Int(number))
    case .tries: Figures.grouped(Int(number))
    }
  }

  func write(to json: inout JSONWriter) {
    json.member("measure", measure)
    json.member("unit", unit.rawValue)
    json.member("ours", ours)
    if let peer {
      json.member("peer", peer.value)
      json.member("peer_name", peer.name)
    }
    if let ratio { json.member("ratio", ratio) }
    json.member("goal", goalText)
    if let isMet { json.member("met", isMet) }
    if !note.isEmpty { json.member("note", note) }
  }
}
