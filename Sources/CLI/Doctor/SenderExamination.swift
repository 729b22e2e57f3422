internal import Feed
internal import Stores

/// What the newest events have in common.
struct SenderSample {
  /// Interactions by action.
  private(set) var actions: [Action: Int] = [:]
  private(set) var interactions = 0
  /// Events whose time is more than five minutes ahead of when they came.
  private(set) var ahead = 0
  /// Milliseconds between an event's time and its arrival, one for each interaction.
  private(set) var delays: [Int64] = []
  /// Interactions with an identifier of their own.
  private(set) var identified = 0

  static let eventsMax: UInt64 = 200_000

  /// Reads the newest events.
  init(_ log: SQLiteLog) throws {
    let end = log.end.value
    var sample = Self.empty
    try log.scan(after: Offset(end - min(end, Self.eventsMax))) { _, record in
      sample.add(record)
      return true
    }
    self = sample
    delays.sort()
  }

  private static let empty = SenderSample()

  private init() {}

  /// The typical delay; nil without interactions.
  var delay: Int64? { delays.isEmpty ? nil : delays[delays.count / 2] }

  private mutating func add(_ record: RecordView) {
    guard (try? record.kind()) == .interaction, let received = record.received,
      case .interaction(let interaction)? = try? Event.decode(record)
    else { return }
    interactions += 1
    actions[interaction.action, default: 0] += 1
    if !interaction.eventID.isEmpty { identified += 1 }
    let delay = received.milliseconds - interaction.time.milliseconds
    delays.append(delay)
    if delay < -300_000 { ahead += 1 }
  }
}

/// Whether the senders of events do what pages need.
struct SenderExamination {
  let tally: Tally
  let items: Int
  let users: Int
  let sample: SenderSample
  let examination: Examination

  func run() {
    guard tally.applied > 0 else {
      return examination.warn(
        "events", "there are none: pages are empty",
        fix: "post items and interactions, or: updraft import --help")
    }
    if items == 0 {
      examination.warn(
        "items", "there are none: pages are empty", fix: "post items: POST /v1/posts")
    } else {
      examination.fine(
        "items", "\(Figures.grouped(items)) items, \(Figures.grouped(users)) users")
    }
    share(
      "unknown items", tally.unknown, worse: 0.05, "of the events name an item that is not known",
      fix: "post items before their interactions; compare identifiers (case, prefixes)")
    share(
      "late events", tally.late, worse: 0.1, "of the events came behind the watermark",
      fix: "send events at once, or raise world.allowed_lateness")
    impressions()
    times()
  }

  private func share(
    _ check: String, _ count: UInt64, worse: Double, _ text: String, fix: String
  ) {
    let share = Double(count) / Double(max(1, tally.applied))
    let line = "\(Figures.decimal(share * 100, 1)) % \(text)"
    share > worse
      ? examination.warn(check, line, fix: fix) : examination.fine(check, line)
  }

  private func impressions() {
    let shown = sample.actions[.impression] ?? 0
    let clicked = sample.actions[.click] ?? 0
    guard sample.interactions >= 100 else { return }
    if shown == 0, clicked > 0 {
      examination.fine(
        "impressions",
        "none: what is clicked counts; with impressions it counts how often of how many times")
    } else if clicked > shown, shown > 0 {
      examination.warn(
        "impressions", "there are more clicks (\(clicked)) than impressions (\(shown))",
        fix: "find the sender that leaves impressions out")
    } else {
      examination.fine("impressions", "\(shown) for \(clicked) clicks")
    }
  }

  private func times() {
    guard let delay = sample.delay, sample.interactions >= 100 else { return }
    let ahead = Double(sample.ahead) / Double(sample.interactions)
    if ahead > 0.02 {
      examination.warn(
        "event times",
        "\(Figures.decimal(ahead * 100, 1)) % of the events are ahead of the clock "
          + "they arrived by",
        fix: "send UTC, in milliseconds or with an offset; check the senders' time zones")
    } else if delay > 3_600_000 {
      examination.fine(
        "event times", "typically \(Figures.time(seconds: Double(delay) / 1000)) before arrival")
    } else {
      examination.fine("event times", "typically \(max(0, delay)) ms before arrival")
    }
  }
}
