/// What the fold reads. Two runs over one log give the same World only under equal settings, so a
/// snapshot carries their digest.
public struct WorldSettings: Equatable, Sendable {
  /// Items at most; beyond it the oldest leave.
  public var itemsMax = 2_000_000
  /// Users at most; beyond it new users are refused.
  public var usersMax = 5_000_000
  /// How long an item lives after its creation; 0 = until it is deleted or expires.
  public var itemRetentionMs: Int64 = 0
  /// How long an anonymous session is kept after its last event.
  public var anonymousRetentionMs: Int64 = 24 * 3_600_000
  /// How far behind the newest event a late one still enters windows and decayed counters.
  public var allowedLatenessMs: Int64 = 3_600_000
  /// How far ahead of the program's clock an event's time may be before it is set to that clock.
  public var futureSkewMs: Int64 = 300_000
  /// How many event ids are remembered so that a retry counts once.
  public var dedupEvents = 1 << 20
  /// Components of an item's vector.
  public var dimension = 64
  /// Spaces of item vectors beside the one of texts, by name.
  public var spaces: [String: SpaceSettings] = [:]
  /// Item-and-channel pairs with live windows at most.
  public var windowBlocksMax = 1_000_000
  /// The half-life of the burst counter, which tells what rises right now.
  public var burstHalfLifeMs: Int64 = 5 * 60_000
  /// The half-life of the short decayed counters.
  public var shortHalfLifeMs: Int64 = 30 * 60_000
  /// The half-life of the long decayed counters.
  public var longHalfLifeMs: Int64 = 24 * 3_600_000
  /// Items kept in each list of trending and popular items.
  public var topListItems = 256

  /// Authors with fewer followers have posts written to inboxes and their followers' pages renewed.
  public var smallAuthorFollowers = 1_000
  /// Authors with at least as many followers are read from their own index at request time.
  public var celebrityFollowers = 50_000
  /// Newest posts kept for each inbox.
  public var inboxItems = 5_000
  /// Newest posts kept for each author.
  public var authorItems = 200
  /// Followees of one user at most.
  public var followsMax = 5_000

  /// Newest actions kept for each user.
  public var userActions = 100
  /// Newest seen items kept for each user.
  public var seenItems = 2_000
  /// Authors, topics and types with an affinity kept for each user and kind.
  public var affinityEntries = 32
  /// The half-life of affinities and taste.
  public var tasteHalfLifeMs: Int64 = 7 * 24 * 3_600_000
  /// Taste vectors kept for each user.
  public var tasteVectors = 4
  /// An item joins a taste whose cosine to it is at least this; otherwise it starts another.
  public var tasteJoinCosine: Float = 0.45
  /// Authors muted or blocked by one user at most, each.
  public var mutesMax = 1_000

  /// A pause that ends a session that the client does not name.
  public var sessionGapMs: Int64 = 30 * 60_000
  /// Successors kept for each item.
  public var coEngagedItems = 64
  /// How many earlier items of the session an action is joined to.
  public var coEngagedReach = 5
  /// The half-life of a co-engagement.
  public var coEngagedHalfLifeMs: Int64 = 14 * 24 * 3_600_000

  /// How strongly an action speaks for (or against) an item, by action name.
  public var actionStrength: [String: Double] = [
    "impression": 0, "click": 1, "like": 3, "share": 5, "comment": 4, "save": 4, "dwell": 1,
    "watch": 1, "complete": 3, "add_to_cart": 3, "purchase": 6, "skip": -0.5, "hide": -4,
    "not_interested": -4, "mute": 0, "unmute": 0, "block": 0, "unblock": 0, "report": -6,
  ]
  /// A dwell of this length counts as one long read.
  public var longDwellMs: Int64 = 30_000

  /// The defaults.
  public init() {}

  /// A digest of every setting: equal settings give equal digests.
  public var digest: UInt64 {
    var bytes: [UInt8] = []
    for number in [
      Int64(itemsMax), Int64(usersMax), itemRetentionMs, anonymousRetentionMs, allowedLatenessMs,
      futureSkewMs, Int64(dedupEvents), Int64(dimension), Int64(windowBlocksMax), burstHalfLifeMs,
      shortHalfLifeMs,
      longHalfLifeMs, Int64(topListItems), Int64(smallAuthorFollowers), Int64(celebrityFollowers),
      Int64(inboxItems), Int64(authorItems), Int64(followsMax), Int64(userActions),
      Int64(seenItems), Int64(affinityEntries), tasteHalfLifeMs, Int64(tasteVectors),
      Int64(tasteJoinCosine.bitPattern), Int64(mutesMax), sessionGapMs, Int64(coEngagedItems),
      Int64(coEngagedReach), coEngagedHalfLifeMs, longDwellMs,
    ] { bytes.put(number) }
    for (name, strength) in actionStrength.sorted(by: { $0.key < $1.key }) {
      bytes.put(text: name)
      bytes.put(strength.bitPattern)
    }
    for (name, space) in spaces.sorted(by: { $0.key < $1.key }) {
      bytes.put(text: name)
      bytes.put(Int64(space.dimension))
      bytes.put(text: space.metric.rawValue)
    }
    return RecordView.over(bytes, 0..<bytes.count) { SnapshotWriter.checksum(of: $0) }
  }
}

/// The settings that the fold reads for every interaction, as plain numbers: passed along without
/// touching a reference count.
struct FoldLimits {
  let burstHalfLifeMs: Int64
  let shortHalfLifeMs: Int64
  let longHalfLifeMs: Int64
  let tasteHalfLifeMs: Int64
  let tasteJoinCosine: Float
  let tasteVectors: Int
  let affinityEntries: Int
  let userActions: Int
  let seenItems: Int
  let coEngagedReach: Int
  let sessionGapMs: Int64
  let futureSkewMs: Int64
  let allowedLatenessMs: Int64
  let longDwellMs: Int64

  init(_ settings: WorldSettings) {
    burstHalfLifeMs = settings.burstHalfLifeMs
    shortHalfLifeMs = settings.shortHalfLifeMs
    longHalfLifeMs = settings.longHalfLifeMs
    tasteHalfLifeMs = settings.tasteHalfLifeMs
    tasteJoinCosine = settings.tasteJoinCosine
    tasteVectors = settings.tasteVectors
    affinityEntries = settings.affinityEntries
    userActions = settings.userActions
    seenItems = settings.seenItems
    coEngagedReach = settings.coEngagedReach
    sessionGapMs = settings.sessionGapMs
    futureSkewMs = settings.futureSkewMs
    allowedLatenessMs = settings.allowedLatenessMs
    longDwellMs = settings.longDwellMs
  }
}
