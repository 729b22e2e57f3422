/// Joins what users did to the pages that they did it on: events in the order of the log in, pages
/// with labels out, in the order of the log too.
///
/// ```swift
/// var joiner = LabelJoiner(settings, world: configuration.world)
/// try log.scan(after: .zero) { offset, record in
///   joiner.take(offset, record) { joined in … }
///   return true
/// }
/// ```
///
/// An interaction with a request id belongs to the newest page of that request and user which shows
/// the item; one without to the newest page that showed the item to the user within
/// `attributionMs`. Newest is by offset; a page made more than `clockSkewMs` after the event is
/// passed over. A page that is nobody's is found by its request id alone. The event counts when it
/// happened within its objective's window behind the page. Pages are logged after they were
/// answered, so what comes before the page of its request waits for it, `pageDelayMs` at most.
///
/// Time is the newest `received` of any record so far. A page is emitted once that has passed the
/// page's own by `horizonMs`; a record that itself moves time does so before it is looked at. The
/// state is a function of settings and records alone, and it is bounded: beyond
/// `pendingPagesMax` or `pendingBytesMax` the oldest pages are emitted early.
///
/// Identifiers are compared by 64-bit hashes.
public struct LabelJoiner: Sendable {
  /// What was counted.
  public private(set) var tally = JoinTally()
  /// The newest time at which a record was taken in.
  public private(set) var watermark = Timestamp(milliseconds: .min)
  /// A running hash of the pages behind `after` that were emitted: records, offsets and labels.
  public private(set) var digest: UInt64 = 0
  /// Pages up to this offset are not in the digest.
  public private(set) var after = Offset.zero
  /// The last page that was emitted or dropped.
  public private(set) var through = Offset.zero
  /// What came of pages by kind, in the order of their first page.
  public private(set) var counts: [(key: LearningKey, counts: LearningCounts)] = []

  private let settings: LearningSettings
  private let windowsMs: [Int64]
  private let horizonMs: Int64
  private let world: WorldSettings
  private let keepsRecords: Bool
  private let tellsDeeds: Bool
  /// What the last record reached for the first time, where deeds are told.
  private(set) var reached: [Reached] = []
  private var pending = PendingPages()
  private var ahead = JoinActs()
  private var emitted: EmittedRequests
  private var kinds: [LearningKey: Int] = [:]

  /// Kinds of pages that are counted apart at most; what comes then is counted under "other".
  public static let kindsMax = 256

  /// What an event reached for the first time on one place of a page.
  struct Reached: Equatable {
    /// The page's.
    let offset: Offset
    /// The place on it, from 0.
    let place: Int
    /// Of `EntryLabels.bits`.
    let bits: UInt16
  }

  /// A joiner that has seen nothing.
  ///
  /// - Parameters:
  ///   - world: the settings of the fold, of which it reads `longDwellMs` and `futureSkewMs`.
  ///   - keepsRecords: whether pages keep their records, for `JoinedPage.page()`.
  public init(_ settings: LearningSettings, world: WorldSettings, keepsRecords: Bool = true) {
    self.init(settings, world: world, keepsRecords: keepsRecords, tellsDeeds: false)
  }

  /// A joiner that has seen nothing.
  ///
  /// - Parameter tellsDeeds: whether `reached` tells what joins as it joins, carts too.
  init(
    _ settings: LearningSettings, world: WorldSettings, keepsRecords: Bool, tellsDeeds: Bool
  ) {
    self.settings = settings
    self.world = world
    self.keepsRecords = keepsRecords
    self.tellsDeeds = tellsDeeds
    windowsMs = Objective.allCases.map { settings.windowMs($0) }
    horizonMs = settings.horizonMs
    emitted = EmittedRequests(max: max(1, settings.pendingPagesMax))
  }

  /// Memory that waiting pages take, about.
  public var pendingBytes: Int { pending.bytes }

  /// Takes the next record of the log; `emit` is called with each page that is complete now.
  public mutating func take(
    _ offset: Offset, _ record: RecordView, emit: (JoinedPage) -> Void = { _ in }
  ) {
    take(offset, record, page: nil, emit: emit)
  }

  /// Takes the next record of the log.
  ///
  /// - Parameter page: the record's page, where that is known already.
  mutating func take(
    _ offset: Offset, _ record: RecordView, page known: PageServed?,
    emit: (JoinedPage) -> Void = { _ in }
  ) {
    if !reached.isEmpty { reached.removeAll(keepingCapacity: true) }
    if let received = record.received { watermark = max(watermark, received) }
    giveUp()
    emitRipe(emit)
    do {
      switch try record.kind() {
      case .interaction: join(try InteractionView(record))
      case .pageServed:
        if let known {
          take(known, offset, record, emit)
        } else if case .pageServed(let page) = try Event.decode(record) {
          take(page, offset, record, emit)
        }
      case .userErased:
        guard case .userErased(let erasure) = try Event.decode(record) else { return }
        if !erasure.user.isEmpty { pending.erase(user: Hashing.of(erasure.user)) }
      default: break
      }
    } catch {
      tally.unreadable += 1
    }
  }

  /// Moves time on without a record, as when no more are to come.
  public mutating func advance(to time: Timestamp, emit: (JoinedPage) -> Void = { _ in }) {
    watermark = max(watermark, time)
    giveUp()
    emitRipe(emit)
  }

  /// Emits every page that waits, complete or not, and waits for no more pages.
  public mutating func flush(emit: (JoinedPage) -> Void) {
    while ahead.count > 0 { giveUpFirst() }
    while pending.pages.count > 0 { emitFirst(isEarly: true, emit) }
  }

  /// Lets the digest begin anew, with the pages behind an offset.
  public mutating func startDigest(after offset: Offset) {
    after = offset
    digest = 0
  }

  // MARK: Pages

  private mutating func take(
    _ page: PageServed, _ offset: Offset, _ record: RecordView, _ emit: (JoinedPage) -> Void
  ) {
    add(page, offset, record)
    if !page.requestID.isEmpty { joinHeld(JoinAct.request(Hashing.of(page.requestID))) }
    emitBeyondBounds(emit)
  }

  private mutating func add(_ page: PageServed, _ offset: Offset, _ record: RecordView) {
    let user = page.user.isEmpty ? 0 : Hashing.of(page.user)
    let request =
      page.requestID.isEmpty
      ? 0 : Self.request(JoinAct.request(Hashing.of(page.requestID)), user)
    let kind = kind(
      LearningKey(surface: page.surface, model: page.model, experiments: page.experiments))
    counts[kind].counts.pages += 1
    counts[kind].counts.impressions += UInt64(page.entries.count)
    tally.pages += 1
    pending.add(
      PendingPages.Page(
        offset: offset, received: record.received ?? page.time, time: page.time, user: user,
        request: request, checksum: record.hash(seed: 0), kind: kind,
        first: pending.places.end, count: page.entries.count,
        record: keepsRecords ? record.array : []),
      items: page.entries.map { Hashing.of($0.item) })
  }

  private mutating func kind(_ key: LearningKey) -> Int {
    if let index = kinds[key] { return index }
    let isLast = counts.count >= Self.kindsMax - 1
    let key = isLast ? LearningKey(surface: "other") : key
    if let index = kinds[key] { return index }
    kinds[key] = counts.count
    counts.append((key, LearningCounts()))
    return counts.count - 1
  }

  private mutating func emitRipe(_ emit: (JoinedPage) -> Void) {
    while let page = pending.pages.first,
      page.received.advanced(milliseconds: horizonMs) < watermark
    {
      emitFirst(isEarly: false, emit)
    }
  }

  private mutating func emitBeyondBounds(_ emit: (JoinedPage) -> Void) {
    while pending.pages.count > max(1, settings.pendingPagesMax)
      || pending.bytes > settings.pendingBytesMax && pending.pages.count > 1
    {
      emitFirst(isEarly: true, emit)
    }
  }

  private mutating func emitFirst(isEarly: Bool, _ emit: (JoinedPage) -> Void) {
    guard let (page, labels) = pending.removeFirst() else { return }
    through = page.offset
    guard !page.isErased else {
      tally.erased += 1
      return
    }
    tally.emitted += 1
    if isEarly { tally.early += 1 }
    if page.request != 0 { emitted.note(page.request) }
    if page.offset > after { digest = Self.digest(digest, page, labels) }
    emit(
      JoinedPage(
        offset: page.offset, received: page.received, isEarly: isEarly, record: page.record,
        labels: labels))
  }

  private static func digest(
    _ state: UInt64, _ page: PendingPages.Page, _ labels: [EntryLabels]
  ) -> UInt64 {
    var state = Hashing.fold(Hashing.fold(state, page.offset.value), page.checksum)
    for entry in labels {
      let flags = UInt64(entry.bits) | (entry.isImpressed ? 1 << 16 : 0)
      state = Hashing.fold(state, flags | UInt64(entry.position) << 32)
      state = Hashing.fold(state, UInt64(entry.dwellMs) << 32 | UInt64(entry.viewportMs))
    }
    return Hashing.mix(state)
  }

  // MARK: Interactions

  private mutating func join(_ view: InteractionView) {
    guard !view.targetIsAuthor,
      let deed = EntryLabels.Deed(
        view.action, value: view.value, position: view.position, countsCarts: tellsDeeds)
    else {
      tally[.unlabelled] += 1
      return
    }
    let act = JoinAct(view, deed, isAhead: view.isAhead(by: world.futureSkewMs))
    if let outcome = outcome(act) {
      tally[outcome] += 1
    } else if ahead.hold(act) {
      tally.ahead += 1
      while ahead.count > JoinActs.actsMax { giveUpFirst() }
    } else {
      tally[.orphan] += 1
    }
  }

  /// Joins what came before the page of its request, which is there now.
  private mutating func joinHeld(_ request: UInt64) {
    for (number, act) in ahead.acts(of: request) {
      guard let outcome = outcome(act) else { continue }
      tally[outcome] += 1
      tally.ahead -= 1
      ahead.remove(number, of: request)
    }
  }

  /// Gives up what waited too long for its page.
  private mutating func giveUp() {
    while let first = ahead.first,
      first.received.advanced(milliseconds: settings.pageDelayMs) < watermark
    {
      giveUpFirst()
    }
  }

  private mutating func giveUpFirst() {
    guard ahead.removeFirst() != nil else { return }
    tally[.orphan] += 1
    tally.ahead -= 1
  }

  /// What becomes of an act; nil while its page may yet come.
  private mutating func outcome(_ act: JoinAct) -> JoinOutcome? {
    let place: UInt64
    switch find(act, at: act.time.advanced(milliseconds: max(0, settings.clockSkewMs))) {
    case .place(let found): place = found
    case .tooEarly: return .negative
    case .nothing: return missing(act)
    }
    let page = pending.page(of: place)
    let delay = max(0, act.time.milliseconds(since: page.time))
    if act.request == 0, delay > settings.attributionMs { return .orphan }
    let window = act.deed.objective.map { windowsMs[Int($0.rawValue)] } ?? settings.attributionMs
    guard delay <= window else { return .late }
    let (old, new) = pending.add(act.deed, to: place, longDwellMs: world.longDwellMs)
    guard new != old else { return .duplicate }
    counts[page.kind].counts.note(from: old, to: new)
    let fresh = new.bits & ~old.bits
    if tellsDeeds, fresh != 0 {
      reached.append(
        Reached(offset: page.offset, place: Int(clamping: place - page.first), bits: fresh))
    }
    return act.request == 0 ? .byUser : .byRequest
  }

  private func find(_ act: JoinAct, at moment: Timestamp) -> PendingPages.Found {
    guard act.request != 0 else {
      return act.user == 0 ? .nothing : pending.find(act.user, act.item, byUser: true, at: moment)
    }
    let own = Self.request(act.request, act.user)
    let found = pending.find(own, act.item, byUser: false, at: moment)
    guard found == .nothing, act.user != 0 else { return found }
    return pending.find(Self.request(act.request, 0), act.item, byUser: false, at: moment)
  }

  /// Why there is no page for an act; nil when it may yet come.
  private func missing(_ act: JoinAct) -> JoinOutcome? {
    if act.received.milliseconds(since: act.time) > settings.allowedLatenessMs { return .late }
    guard act.request != 0 else { return .orphan }
    let isEmitted =
      emitted.contains(Self.request(act.request, act.user))
      || emitted.contains(Self.request(act.request, 0))
    return isEmitted ? .late : nil
  }

  /// The hash of a request of a user, both hashed; never 0.
  private static func request(_ request: UInt64, _ user: UInt64) -> UInt64 {
    max(1, Hashing.mix(Hashing.fold(request, user)))
  }
}

extension Hashing {
  /// The hash of a text: that of the same bytes in a record.
  static func of(_ text: String) -> UInt64 {
    let bytes = Array(text.utf8)
    return RecordView.over(bytes, 0..<bytes.count) { $0.hash(seed: 0) }
  }
}

extension Timestamp {
  /// Milliseconds from another instant to this one, saturating.
  func milliseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    return overflow ? (milliseconds > earlier.milliseconds ? .max : .min) : difference
  }
}
