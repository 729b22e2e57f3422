internal import Feed
internal import JSON
internal import Stores

/// What one walk over a log counts.
struct LogSummary {
  private(set) var records = 0
  private(set) var kinds: [EventKind: Int] = [:]
  private(set) var bytes = 0
  private(set) var first: Timestamp?
  private(set) var last: Timestamp?
  private(set) var unreadable = 0
  private(set) var deadLetters = 0
  private(set) var deadReasons: [String: Int] = [:]
  let figures: LogFigures
  let end: Offset
  let prunedThrough: Offset

  /// Reads all of a log.
  init(_ log: SQLiteLog, progress: Progress) throws {
    var progress = progress
    var walk = Walk()
    let end = log.end.value
    try log.scan(after: .zero) { offset, record in
      walk.add(record)
      if walk.records & 0xFFFF == 0 {
        progress.update(walk.records, share: Double(offset.value) / Double(max(1, end)))
      }
      return true
    }
    progress.finish()
    records = walk.records
    bytes = walk.bytes
    first = walk.first
    last = walk.last
    unreadable = walk.unreadable
    for kind in EventKind.allCases { kinds[kind] = walk.kinds[Int(kind.rawValue)] }
    figures = log.figures()
    self.end = log.end
    prunedThrough = log.prunedThrough
    try countDeadLetters(log)
  }

  /// Records that are damaged or missing.
  var damaged: UInt64 { figures.corruptRecords }
  /// The first of them.
  var firstDamaged: UInt64? { figures.firstCorrupt }

  private mutating func countDeadLetters(_ log: SQLiteLog) throws {
    var after: Int64 = 0
    while true {
      let letters = try log.deadLetters(after: after, limit: 1_000)
      guard let last = letters.last else { return }
      deadLetters += letters.count
      for letter in letters {
        deadReasons[String(letter.reason.prefix { $0 != ":" }), default: 0] += 1
      }
      after = last.id
    }
  }

  var text: String {
    var table = TextTable(["event", "records"], right: [1])
    for kind in EventKind.allCases {
      table.add([kind.label, Figures.grouped(kinds[kind] ?? 0)])
    }
    if unreadable > 0 { table.add(["unreadable", Figures.grouped(unreadable)]) }
    table.add(["all", Figures.grouped(records)])
    var lines = [table.text, ""]
    lines.append("end         offset \(end.value)")
    if prunedThrough > .zero {
      lines.append("pruned      interactions through offset \(prunedThrough.value)")
    }
    if let first, let last {
      let from = Figures.instant(milliseconds: first.milliseconds)
      lines.append("taken in    \(from) to \(Figures.instant(milliseconds: last.milliseconds))")
    }
    lines.append("records     \(Figures.bytes(bytes)), on the disk \(Figures.bytes(figures.bytes))")
    lines.append("disk        \(Figures.bytes(figures.freeBytes)) free")
    lines.append("dead        \(Figures.grouped(deadLetters)) letters")
    for (reason, count) in deadReasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("            \(Figures.grouped(count)) \(reason)")
    }
    if damaged > 0 { lines.append("DAMAGED     \(damaged) records: updraft log check") }
    return lines.joined(separator: "\n")
  }

  func write(to json: inout JSONWriter) {
    json.object("kinds") { json in
      for kind in EventKind.allCases { json.member(kind.label, kinds[kind] ?? 0) }
    }
    json.member("records", records)
    json.member("unreadable", unreadable)
    json.member("end", end.value)
    json.member("pruned_through", prunedThrough.value)
    json.member("first_received", first?.milliseconds ?? 0)
    json.member("last_received", last?.milliseconds ?? 0)
    json.member("record_bytes", bytes)
    json.member("disk_bytes", figures.bytes)
    json.member("free_bytes", figures.freeBytes)
    json.member("dead_letters", deadLetters)
    json.member("damaged", damaged)
  }

  /// The counts of one walk, in a form that takes a few nanoseconds a record.
  private struct Walk {
    var records = 0
    var bytes = 0
    var kinds = [Int](repeating: 0, count: 256)
    var unreadable = 0
    var first: Timestamp?
    var last: Timestamp?

    mutating func add(_ record: RecordView) {
      records += 1
      bytes += record.count
      guard let kind = try? record.kind() else {
        unreadable += 1
        return
      }
      kinds[Int(kind.rawValue)] += 1
      guard let received = record.received else { return }
      if first == nil { first = received }
      last = received
    }
  }
}

extension EventKind {
  /// As people and programs read it.
  var label: String {
    switch self {
    case .itemPublished: "item_published"
    case .itemChanged: "item_changed"
    case .itemDeleted: "item_deleted"
    case .profile: "profile"
    case .userErased: "user_erased"
    case .follow: "follow"
    case .unfollow: "unfollow"
    case .interaction: "interaction"
    case .pageServed: "page_served"
    case .itemVector: "item_vector"
    case .spaceSwitched: "space_switched"
    case .tasteSet: "taste_set"
    }
  }
}
