/// What a page is asked for with.
public struct PageRequest: Equatable, Sendable {
  /// The surface's name in the configuration.
  public var surface: String
  /// For whom; empty = for nobody in particular.
  public var user = ""
  /// Items on the page; nil = the surface's default. More than its bound is cut to the bound.
  public var limit: Int?
  /// The item that `because` is about; empty = none.
  public var item = ""
  /// Only items of this category; empty = any.
  public var category = ""
  /// The region whose trends are asked for; empty = the user's.
  public var region = ""
  /// What else is known of the visit, a few words such as `ios` or `from:search`; what readers in
  /// the same circumstances choose is learned by the online part. At most 8 count.
  public var context: [String] = []
  /// Names the page in the log and in answers.
  public var requestID = ""

  /// A request for a surface.
  public init(surface: String) { self.surface = surface }
}

/// The rungs of the ladder down which serving degrades.
public enum Rung: UInt8, CaseIterable, Sendable {
  case full = 0
  /// A source missed its deadline or failed.
  case fewerSources
  /// Scored by the sources alone.
  case candidateScores
  /// The last page that was made for the user.
  case lastPage
  /// What is popular, filtered.
  case popular

  /// The name in `served_by`.
  public var name: String {
    switch self {
    case .full: "full"
    case .fewerSources: "fewer_sources"
    case .candidateScores: "candidate_scores"
    case .lastPage: "last_page"
    case .popular: "popular"
    }
  }
}

/// Why an item is on a page, as a stable code.
public enum Reason: String, CaseIterable, Sendable {
  case followed
  case nearTaste = "near_your_taste"
  case coEngaged = "seen_together"
  case trending
  case fresh
  case popular
  case topic = "topic_you_like"
  case author = "author_you_like"
  case similar = "similar_item"
}

/// A page: part of a ranked set, ready to be put on the wire.
public struct Page: Equatable, Sendable {
  /// One place.
  public struct Entry: Equatable, Sendable {
    /// The item.
    public var item: String
    /// Its author; empty when nobody made it.
    public var author: String
    /// Its title; may be empty.
    public var title: String
    /// Its type.
    public var contentType: String
    /// Its category; may be empty.
    public var category: String
    /// When it was made.
    public var created: Timestamp
    /// The final score.
    public var score: Float
    /// Its place over all pages of the set, from 1.
    public var rank: Int
    /// Why it is here.
    public var reason: Reason
    /// What the reason is about, for people: an author, a topic, an item; may be empty.
    public var because: String
    /// Which sources found it, a bit each.
    public var sources: UInt16

    /// Makes an entry.
    public init(
      item: String, author: String, title: String, contentType: String, category: String,
      created: Timestamp, score: Float, rank: Int, reason: Reason, because: String,
      sources: UInt16
    ) {
      self.item = item
      self.author = author
      self.title = title
      self.contentType = contentType
      self.category = category
      self.created = created
      self.score = score
      self.rank = rank
      self.reason = reason
      self.because = because
      self.sources = sources
    }
  }

  /// How long a stage took and how many candidates went in and out.
  public struct Stage: Equatable, Sendable {
    /// "sources", "filters", "features", "score", "slate", or a source's name.
    public var name: String
    /// Microseconds.
    public var microseconds: Int
    /// Candidates before.
    public var entered: Int
    /// Candidates after.
    public var left: Int

    /// Makes a stage.
    public init(name: String, microseconds: Int, entered: Int, left: Int) {
      self.name = name
      self.microseconds = microseconds
      self.entered = entered
      self.left = left
    }
  }

  /// First place first.
  public var entries: [Entry] = []
  /// Where the next page of the set begins; nil at the end.
  public var next: PagePosition?
  /// When the set was ranked.
  public var scoredAt = Timestamp.zero
  /// The last event that the ranking reflects.
  public var offset = Offset.zero
  /// The rung that served it.
  public var servedBy = Rung.full
  /// What was left out, a stable code each, such as "nearest:deadline".
  public var degraded: [String] = []
  /// The request that ranked the set.
  public var requestID = ""
  /// The stages of ranking; empty when the set was ranked for an earlier request.
  public var stages: [Stage] = []

  /// An empty page.
  public init() {}
}

/// A place in a ranked set that is kept for paging: what a cursor carries, signed, over the wire.
public struct PagePosition: Equatable, Sendable {
  /// The set's number.
  public var set: UInt64
  /// The first place of the page, from 0.
  public var start: Int
  /// Items on the page.
  public var limit: Int

  /// Makes a position.
  public init(set: UInt64, start: Int, limit: Int) {
    self.set = set
    self.start = start
    self.limit = limit
  }
}

/// Why there is no page.
public enum PageError: Error, Equatable, Sendable {
  /// The surface is not in the configuration.
  case unknownSurface(String)
  /// The item that the page is about is not known.
  case unknownItem(String)
  /// The category that the page is about is not known.
  case unknownCategory(String)
  /// The set of a cursor is no longer kept; ask for the first page again.
  case expired
}
