import Feed

/// The obvious joiner: keeps every page in a list and, for every event, looks through all of them.
/// Quadratic; states the rules a second time, without hashes, chains or queues.
struct JoinTwin {
  struct Page: Equatable {
    var offset: Offset
    var received: Int64
    var page: PageServed
    var labels: [Labels]
    var isErased = false
  }

  struct Labels: Equatable {
    var bits: UInt16 = 0
    var isImpressed = false
    var position: UInt16 = 0
    var dwellMs: UInt32 = 0
    var viewportMs: UInt32 = 0
  }

  let settings: LearningSettings
  let longDwellMs: Int64
  let skewMs: Int64
  private(set) var waiting: [Page] = []
  private(set) var emitted: [(page: Page, isEarly: Bool)] = []
  private(set) var outcomes: [JoinOutcome: UInt64] = [:]
  private(set) var erased: UInt64 = 0
  private var ahead: [(event: Interaction, received: Int64)] = []
  private var now = Int64.min

  init(_ settings: LearningSettings, world: WorldSettings) {
    self.settings = settings
    longDwellMs = world.longDwellMs
    skewMs = world.futureSkewMs
  }

  mutating func take(_ offset: Offset, _ event: Event, received: Timestamp) {
    now = max(now, received.milliseconds)
    while let first = ahead.first, first.received + settings.pageDelayMs < now { giveUp() }
    while let first = waiting.first, first.received + settings.horizonMs < now { emit(false) }
    switch event {
    case .pageServed(let page):
      waiting.append(
        Page(
          offset: offset, received: received.milliseconds, page: page,
          labels: page.entries.map { _ in Labels() }))
      for held in ahead where held.event.requestID == page.requestID {
        guard let outcome = join(held.event, held.received) else { continue }
        outcomes[outcome, default: 0] += 1
        let place = ahead.firstIndex { $0.event == held.event && $0.received == held.received }
        if let place { ahead.remove(at: place) }
      }
      while waiting.count > settings.pendingPagesMax { emit(true) }
    case .userErased(let erasure):
      for index in waiting.indices where waiting[index].page.user == erasure.user {
        waiting[index].isErased = true
      }
    case .interaction(let interaction):
      if let outcome = join(interaction, received.milliseconds) {
        outcomes[outcome, default: 0] += 1
      } else {
        ahead.append((interaction, received.milliseconds))
      }
    default: break
    }
  }

  mutating func flush() {
    while !ahead.isEmpty { giveUp() }
    while !waiting.isEmpty { emit(true) }
  }

  private mutating func giveUp() {
    ahead.removeFirst()
    outcomes[.orphan, default: 0] += 1
  }

  private mutating func emit(_ isEarly: Bool) {
    let page = waiting.removeFirst()
    if page.isErased { erased += 1 } else { emitted.append((page, isEarly)) }
  }

  /// nil = the page may yet come.
  private mutating func join(_ interaction: Interaction, _ received: Int64) -> JoinOutcome? {
    guard !interaction.targetIsAuthor, let window = window(interaction.action) else {
      return .unlabelled
    }
    let isAhead = interaction.time.milliseconds > received + skewMs
    let time = isAhead ? received : interaction.time.milliseconds
    var candidates: [(page: Int, entry: Int)] = []
    for owner in interaction.requestID.isEmpty ? [interaction.user] : [interaction.user, ""] {
      for index in waiting.indices where candidates.isEmpty || waiting[index].page.user == owner {
        let page = waiting[index].page
        guard !waiting[index].isErased, page.user == owner,
          interaction.requestID.isEmpty
            ? !owner.isEmpty : page.requestID == interaction.requestID,
          let entry = page.entries.firstIndex(where: { $0.item == interaction.target })
        else { continue }
        candidates.append((index, entry))
      }
      if !candidates.isEmpty { break }
    }
    let before = candidates.filter {
      waiting[$0.page].page.time.milliseconds <= time + settings.clockSkewMs
    }
    guard let chosen = before.last else {
      return candidates.isEmpty ? missing(interaction, time, received) : .negative
    }
    let delay = max(0, time - waiting[chosen.page].page.time.milliseconds)
    if interaction.requestID.isEmpty, delay > settings.attributionMs { return .orphan }
    guard delay <= window else { return .late }
    let old = waiting[chosen.page].labels[chosen.entry]
    let new = changed(old, interaction)
    waiting[chosen.page].labels[chosen.entry] = new
    if old == new { return .duplicate }
    return interaction.requestID.isEmpty ? .byUser : .byRequest
  }

  private func missing(_ event: Interaction, _ time: Int64, _ received: Int64) -> JoinOutcome? {
    if received - time > settings.allowedLatenessMs { return .late }
    guard !event.requestID.isEmpty else { return .orphan }
    let known = emitted.lazy.filter { !$0.page.page.requestID.isEmpty }
      .suffix(settings.pendingPagesMax)
    let isKnown = known.contains {
      $0.page.page.requestID == event.requestID
        && ["", event.user].contains($0.page.page.user)
    }
    return isKnown ? .late : nil
  }

  private func window(_ action: Action) -> Int64? {
    switch action {
    case .impression: settings.attributionMs
    case .click: settings.windowsMs["click"]
    case .dwell, .watch: settings.windowsMs["long_dwell"]
    case .like: settings.windowsMs["like"]
    case .share: settings.windowsMs["share"]
    case .comment: settings.windowsMs["comment"]
    case .save: settings.windowsMs["save"]
    case .complete: settings.windowsMs["complete"]
    case .purchase: settings.windowsMs["purchase"]
    case .hide, .notInterested: settings.windowsMs["hide"]
    case .report: settings.windowsMs["report"]
    default: nil
    }
  }

  private func changed(_ old: Labels, _ event: Interaction) -> Labels {
    var new = old
    let seconds = event.value * 1_000
    switch event.action {
    case .impression:
      new.isImpressed = true
      let places = [old.position, event.position].filter { $0 > 0 }
      new.position = places.min() ?? 0
      new.viewportMs = max(old.viewportMs, UInt32(max(0, event.value)))
    case .dwell: new.dwellMs = max(old.dwellMs, UInt32(max(0, event.value)))
    case .watch: new.dwellMs = max(old.dwellMs, UInt32(max(0, seconds)))
    case .complete:
      new.bits |= 1 << 6
      new.dwellMs = max(old.dwellMs, UInt32(max(0, seconds)))
    case .click: new.bits |= 1 << 0
    case .like: new.bits |= 1 << 2
    case .share: new.bits |= 1 << 3
    case .comment: new.bits |= 1 << 4
    case .save: new.bits |= 1 << 5
    case .purchase: new.bits |= 1 << 7
    case .hide, .notInterested: new.bits |= 1 << 8
    case .report: new.bits |= 1 << 9
    default: break
    }
    if Int64(new.dwellMs) > longDwellMs { new.bits |= 1 << 1 }
    return new
  }
}
