/// Everything that can be set, with its default. One struct a block of the YAML file.
public struct Configuration: Equatable, Sendable {
  /// What the fold reads.
  public var world = WorldSettings()
  /// Durability, retention, snapshots.
  public var log = LogSettings()
  /// Threads and bounds of ranking.
  public var engine = EngineSettings()
  /// How labels are joined to served pages.
  public var learning = LearningSettings()
  /// How models come into service, and what takes them back.
  public var models = ModelLifeSettings()
  /// Addresses, limits, identity.
  public var server = ServerSettings()
  /// The folder of a text model; empty: vectors of texts come from the hashed encoder.
  public var textModel = ""
  /// The surfaces by name.
  public var surfaces: [String: SurfaceSettings] = SurfaceSettings.shipped

  /// The defaults.
  public init() {}
}

/// How the log keeps events.
public struct LogSettings: Equatable, Sendable {
  /// "always", "interval:<ms>" or "os": when an acknowledged event is on the disk.
  public var durability = "always"
  /// Interactions and served pages older than this leave the log once two snapshots hold them.
  public var retentionMs: Int64 = 30 * 24 * 3_600_000
  /// A snapshot is taken after this many events…
  public var snapshotEvents = 1_000_000
  /// …or after this time with at least one event.
  public var snapshotEveryMs: Int64 = 10 * 60_000
  /// Events that one commit may hold.
  public var commitEventsMax = 20_000
  /// Events that may wait for a commit; beyond it requests are refused with 503.
  public var queueEventsMax = 400_000
  /// Dead letters kept.
  public var deadLettersMax = 100_000

  /// The defaults.
  public init() {}
}

/// How pages are made.
public struct EngineSettings: Equatable, Sendable {
  /// Threads that rank; 0 = one a core.
  public var rankingThreads = 0
  /// Requests that may wait for a ranking thread; beyond it they are refused with 503.
  public var rankingQueueMax = 256
  /// Pages kept for serving again, for cursors and as a fallback.
  public var cachedPagesMax = 20_000
  /// How long a cursor can be followed.
  public var cursorAgeMs: Int64 = 30 * 60_000
  /// How hard the nearest items are looked for: candidates that a search keeps in view; 0 = as many
  /// as it is asked for and a few more.
  public var nearestEffort = 0
  /// The share of freshly ranked pages that is written to the log.
  public var pageLogShare = 1.0
  /// Whether pages are written to the log with the features that they were scored by.
  public var pageLogFeatures = true
  /// Places of a ranking whose features are kept for the log of later pages; those of the first
  /// page always are, however long it is.
  public var pageLogPlaces = 60
  /// Candidates that were not shown, drawn by chance, that are written to the log with a page.
  public var pageLogUnshown = 5
  /// Pairs of an item and a learned neighbour at most; each takes 8 bytes.
  public var neighbourPairsMax = 20_000_000
  /// The seed of everything that is drawn by chance.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}
}

/// How the server listens and whom it believes.
public struct ServerSettings: Equatable, Sendable {
  /// Address and port. Loopback unless told otherwise.
  public var listen = "127.0.0.1:8080"
  /// Threads that read requests and write answers.
  public var ioThreads = 1
  /// Open connections at most.
  public var connectionsMax = 10_000
  /// Open connections of one address at most; 0 = any number.
  public var connectionsPerAddressMax = 0
  /// The largest body.
  public var bodyBytesMax = 8 << 20
  /// The largest body after inflating.
  public var inflatedBytesMax = 32 << 20
  /// The largest request line and headers together.
  public var headerBytesMax = 16 << 10
  /// Header fields at most.
  public var headerFieldsMax = 64
  /// The longest request target.
  public var urlBytesMax = 4 << 10
  /// Events in one request at most.
  public var batchEventsMax = 10_000
  /// The time within which a whole request must have arrived.
  public var readMs = 30_000
  /// The time that a connection may idle.
  public var idleMs = 60_000
  /// Requests a second that one user may make, on average.
  public var userRequestsPerSecond = 100.0
  /// Requests that one user may make at once.
  public var userBurst = 200
  /// How long a stop waits for requests in flight.
  public var drainMs = 25_000
  /// How long a token made by `updraft keys token` is good.
  public var tokenAgeMs: Int64 = 24 * 3_600_000
  /// Whose tokens are believed: the `iss` claim.
  public var tokenIssuer = "updraft"
  /// For whom tokens must be made: the `aud` claim.
  public var tokenAudience = "updraft"
  /// A PEM file with the public key of another issuer (RS256 or ES256); empty = own tokens only.
  public var tokenPublicKey = ""
  /// Clocks may differ by this much when a token's times are checked.
  public var tokenSkewMs: Int64 = 30_000
  /// Whether requests without a token get an anonymous session.
  public var anonymous = true
  /// What a service's interaction with an unknown item does: makes the item, or is refused.
  public var unknownItems = UnknownItems.create

  /// The defaults.
  public init() {}

  /// What a service's interaction with an unknown item does.
  public enum UnknownItems: String, CaseIterable, Sendable {
    /// Makes a bare item, which a later publication fills.
    case create
    /// Goes to the dead letters.
    case refuse
  }
}
