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
/// happened within its objective's window behind the page.
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
  private var pending = PendingPages()
  private var emitted: EmittedRequests
  private var kinds: [LearningKey: Int] = [:]

  /// Kinds of pages that are counted apart at most; what comes then is counted under "other".
  public static let kindsMax = 256

  /// A joiner that has seen nothing.
  ///
  /// - Parameters:
  ///   - world: the settings of the fold, of which it reads `longDwellMs` and `futureSkewMs`.
  ///   - keepsRecords: whether pages keep their records, for `JoinedPage.page()`.
  public init(_ settings: LearningSettings, world: WorldSettings, keepsRecords: Bool = true) {
    self.settings = settings
    self.world = world
    self.keepsRecords = keepsRecords
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
    if let received = record.received { watermark = max(watermark, received) }
    emitRipe(emit)
    do {
      switch try record.kind() {
      case .interaction: tally[join(try InteractionView(record))] += 1
      case .pageServed:
        guard case .pageServed(let page) = try Event.decode(record) else { return }
        add(page, offset, record)
        emitBeyondBounds(emit)
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
    emitRipe(emit)
  }

  /// Emits every page that waits, complete or not.
  public mutating func flush(emit: (JoinedPage) -> Void) {
    while pending.pages.count > 0 { emitFirst(isEarly: true, emit) }
  }

  /// Lets the digest begin anew, with the pages behind an offset.
  public mutating func startDigest(after offset: Offset) {
    after = offset
    digest = 0
  }

  // MARK: Pages

  private mutating func add(_ page: PageServed, _ offset: Offset, _ record: RecordView) {
    let user = page.user.isEmpty ? 0 : Hashing.of(page.user)
    let request = page.requestID.isEmpty ? 0 : Self.request(Hashing.of(page.requestID), user)
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

  private mutating func join(_ view: InteractionView) -> JoinOutcome {
    guard !view.targetIsAuthor,
      let deed = EntryLabels.Deed(view.action, value: view.value, position: view.position)
    else { return .unlabelled }
    let time = view.isAhead(of: world) ? view.received : view.time
    let isNamed = view.requestID.count > 0
    let place: UInt64
    switch find(view, at: time.advanced(milliseconds: max(0, settings.clockSkewMs))) {
    case .place(let found): place = found
    case .tooEarly: return .negative
    case .nothing: return missing(view, time)
    }
    let page = pending.page(of: place)
    let delay = max(0, time.milliseconds(since: page.time))
    if !isNamed, delay > settings.attributionMs { return .orphan }
    let window = deed.objective.map { windowsMs[Int($0.rawValue)] } ?? settings.attributionMs
    guard delay <= window else { return .late }
    let (old, new) = pending.add(deed, to: place, longDwellMs: world.longDwellMs)
    guard new != old else { return .duplicate }
    counts[page.kind].counts.note(from: old, to: new)
    return isNamed ? .byRequest : .byUser
  }

  private func find(_ view: InteractionView, at moment: Timestamp) -> PendingPages.Found {
    let item = view.target.hash(seed: 0)
    let user = view.user.count > 0 ? view.user.hash(seed: 0) : 0
    guard view.requestID.count > 0 else {
      return user == 0 ? .nothing : pending.find(user, item, byUser: true, at: moment)
    }
    let request = view.requestID.hash(seed: 0)
    let own = pending.find(Self.request(request, user), item, byUser: false, at: moment)
    guard own == .nothing, user != 0 else { return own }
    return pending.find(Self.request(request, 0), item, byUser: false, at: moment)
  }

  /// Why there is no page for an event.
  private func missing(_ view: InteractionView, _ time: Timestamp) -> JoinOutcome {
    if view.received.milliseconds(since: time) > settings.allowedLatenessMs { return .late }
    guard view.requestID.count > 0 else { return .orphan }
    let request = view.requestID.hash(seed: 0)
    let user = view.user.count > 0 ? view.user.hash(seed: 0) : 0
    let isEmitted =
      emitted.contains(Self.request(request, user)) || emitted.contains(Self.request(request, 0))
    return isEmitted ? .late : .orphan
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
