internal import Index

/// The state: everything that pages are made from, derived from the log and nothing else.
///
/// One writer folds events in with `apply`; readers look at it between two writes. The same events
/// under the same settings give the same World, bit for bit: `digest`.
public struct World: ~Copyable {
  /// What the fold reads.
  public let settings: WorldSettings
  /// Which cached pages are still true; shared with threads that do not hold the World.
  public let freshness = Freshness()
  /// How the searches for nearest items go; shared likewise.
  public let nearest = NearestProbe()

  var items = ItemTable()
  /// What events have made of the items; elsewhere while a folder has it.
  var engagement: Engagement
  /// Who makes the changes of the engagement during a replay, and those not yet handed over.
  var folder: EngagementFolder?
  var deferred: [Engagement.Change] = []
  /// The text space comes first.
  var spaces: [VectorSpace]
  /// The vectors of the text space that serve.
  var vectors: GraphIndex
  /// Items with a vector in the text space.
  var placed = RowSet()
  /// Whether new vectors wait for a build instead of being linked as they come.
  var isFillingUp = false
  let encoder: HashedTextEncoder
  var users = UserTable()
  var graph = FollowGraph()
  var inboxes: InboxStore
  var authors: AuthorIndex
  /// The newest items of all.
  var fresh = Ring<UInt32>()
  var topics = Terms()
  var categories = Terms()
  var types = Terms()
  var languages = Terms()
  var regions = Terms()
  var dedup: DedupWindow
  var sweep = Sweep()
  /// Items by publication, oldest first: row and serial.
  var age = AgeQueue()

  /// The last event folded in.
  public internal(set) var offset = Offset.zero
  /// The newest time at which an event was taken in.
  public internal(set) var received = Timestamp.zero
  /// The newest event time.
  public internal(set) var newest = Timestamp.zero
  /// What happened, counted.
  public internal(set) var tally = Tally()

  /// Strength by action.
  let strengths: [Float]
  let limits: FoldLimits
  var scratch: [Float] = []
  /// What `anticipate` knows of the events that come next.
  var ahead: [Anticipated] = []

  static let freshItems = 4_096

  /// An empty World.
  public init(settings: WorldSettings = WorldSettings()) {
    self.settings = settings
    engagement = Engagement(settings)
    spaces = VectorSpace.all(settings)
    vectors = spaces[0].serving.index
    encoder = HashedTextEncoder(dimension: settings.dimension, seed: 0)
    inboxes = InboxStore(capacity: settings.inboxItems)
    authors = AuthorIndex(capacity: settings.authorItems)
    dedup = DedupWindow(capacity: settings.dedupEvents)
    strengths = Self.strengths(settings)
    limits = FoldLimits(settings)
  }

  static func strengths(_ settings: WorldSettings) -> [Float] {
    var strengths = [Float](repeating: 0, count: 256)
    for action in Action.allCases {
      strengths[Int(action.rawValue)] = Float(settings.actionStrength[action.name] ?? 0)
    }
    return strengths
  }

  /// Events before this are late: counted for good, but no part of windows and decayed counters.
  @inline(__always)
  public var watermark: Timestamp { newest.advanced(milliseconds: -limits.allowedLatenessMs) }

  /// Live items.
  public var itemCount: Int { items.live.count }

  /// Known users.
  public var userCount: Int { users.count }

  /// Edges of the follow graph.
  public var followCount: Int { graph.edgeCount }

  /// The row of a live item.
  public func item(_ id: String) -> ItemRow? { items.ids.row(id).map(ItemRow.init) }

  /// The row of a user.
  public func user(_ id: String) -> UserRow? { users.ids.row(id).map(UserRow.init) }

  /// The identifier of an item.
  public func id(_ row: ItemRow) -> String { items.ids.text(row.index) }

  /// The identifier of a user.
  public func id(_ row: UserRow) -> String { users.ids.text(row.index) }

  /// How many follow a user.
  public func followers(_ row: UserRow) -> Int { graph.followerCount(of: row.index) }

  /// The tier of an author, which decides how posts reach followers.
  public func tier(_ row: UserRow) -> AuthorTier {
    let followers = graph.followerCount(of: row.index)
    if followers >= settings.celebrityFollowers { return .celebrity }
    return followers >= settings.smallAuthorFollowers ? .middle : .small
  }
}

/// How an author's posts reach followers.
public enum AuthorTier: String, CaseIterable, Sendable {
  /// Written to inboxes; cached pages of followers are renewed at once.
  case small
  /// Written to inboxes; cached pages of followers are renewed by age.
  case middle
  /// Read from the author's own index at request time.
  case celebrity
}

/// What the fold has counted since the beginning of the log.
public struct Tally: Equatable, Sendable {
  /// Events folded in.
  public var applied: UInt64 = 0
  /// Retries that counted once already.
  public var duplicates: UInt64 = 0
  /// Events behind the watermark.
  public var late: UInt64 = 0
  /// Events about unknown items or authors.
  public var unknown: UInt64 = 0
  /// Records that could not be read.
  public var poison: UInt64 = 0
  /// Events refused at a bound.
  public var refused: UInt64 = 0
  /// Pages served.
  public var pages: UInt64 = 0
  /// Posts of authors in each tier.
  public var postsSmall: UInt64 = 0
  /// See `postsSmall`.
  public var postsMiddle: UInt64 = 0
  /// See `postsSmall`.
  public var postsCelebrity: UInt64 = 0
  /// Items that left by retention or by the bound on items.
  public var retired: UInt64 = 0
}

/// What became of an event.
public enum Outcome: Equatable, Sendable {
  /// Folded in.
  case applied
  /// Folded in, behind the watermark.
  case late
  /// An event with this id was folded in before.
  case duplicate
  /// It names an item or author that is not known.
  case unknownTarget
  /// A bound is reached: users, follows.
  case refused
  /// Its record can't be read.
  case poison(DecodeError)
}

/// Items in the order of publication, so that the oldest can leave.
struct AgeQueue {
  private var rows: [UInt32] = []
  private var serials: [UInt64] = []
  private var start = 0

  mutating func append(_ row: UInt32, serial: UInt64) {
    rows.append(row)
    serials.append(serial)
  }

  /// The oldest entry.
  var first: (row: UInt32, serial: UInt64)? {
    start < rows.count ? (rows[start], serials[start]) : nil
  }

  mutating func removeFirst() {
    start += 1
    guard start > 4_096, start * 2 > rows.count else { return }
    rows.removeFirst(start)
    serials.removeFirst(start)
    start = 0
  }

  init() {}

  /// Whether every row is one of `items`.
  func isSound(items: Int) -> Bool { rows.allSatisfy { $0 < items } }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: Array(rows[start...]))
    try writer.put(column: Array(serials[start...]))
  }

  init(_ reader: inout SnapshotReader) throws(SnapshotError) {
    rows = try reader.column(of: UInt32.self)
    serials = try reader.column(of: UInt64.self)
    guard rows.count == serials.count else { throw SnapshotReader.ended }
  }
}

/// Where the search for references to dropped rows stands.
struct Sweep {
  var isRunning = false
  var cursor = 0
  /// Dead rows that were dead when the sweep began.
  var items = 0
  var users = 0
  /// The user that is looked at next for idleness.
  var idleCursor = 0
}
