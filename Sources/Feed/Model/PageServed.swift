/// A page as it was served: what a model learns from, and what off-policy evaluation reads.
public struct PageServed: Equatable, Sendable {
  /// One candidate, shown or not.
  public struct Entry: Equatable, Sendable {
    /// The item.
    public var item: String
    /// The final score, with the correction of the online part.
    public var score: Float
    /// Which sources found it, a bit each.
    public var sources: UInt16
    /// Its place over all pages of the ranking, from 1; 0 = it was not shown.
    public var position: UInt16 = 0
    /// The chance that it stood at this place (of one that was not shown: that it was in the
    /// sample), as the ranking drew it; 0…1.
    public var propensity: Float = 1
    /// What the model's heads said of it, calibrated, in the order of `PageServed.heads`; empty =
    /// no model scored it.
    public var heads: [Float] = []
    /// The score that the model in the shadow gave it; 0 where there was none.
    public var shadow: Float = 0
    /// Its features as they were scored, in the order of `PageServed.features` without those of the
    /// request; empty = they were not kept. Each is a number of half precision.
    public var features: [Float] = []

    /// Makes an entry.
    public init(item: String, score: Float, sources: UInt16) {
      self.item = item
      self.score = score
      self.sources = sources
    }
  }

  /// For whom; empty for a page that is nobody's.
  public var user: String
  /// Which surface.
  public var surface: String
  /// The request that made it.
  public var requestID: String
  /// The last event that it reflects.
  public var offset: Offset
  /// The rung of the ladder that served it.
  public var servedBy: UInt8
  /// When.
  public var time: Timestamp
  /// The first digits of the model's id; empty = weights of the configuration.
  public var model = ""
  /// The first digits of the id of the model in the shadow, which nobody saw; empty = none.
  public var shadow = ""
  /// A digest of the surface's settings.
  public var configuration: UInt64 = 0
  /// Experiments and their arms, as `name=arm` separated by commas; empty = none.
  public var experiments = ""
  /// The share of such pages that is written, 0…1.
  public var sampleRate: Float = 1
  /// The columns of features, as raw values of `Feature`; first those of the request.
  public var features: [UInt8] = []
  /// What is the same for every entry: the first columns of `features`.
  public var requestFeatures: [Float] = []
  /// The heads of the model that scored, as raw values of `Objective`.
  public var heads: [UInt8] = []
  /// What the online part did to the scores of what was shown; nil = nothing.
  public var online: OnlineRecord?
  /// What was shown, first place first.
  public var entries: [Entry]
  /// A sample of the candidates that were not shown.
  public var unshown: [Entry] = []

  /// Makes a page record.
  public init(
    user: String, surface: String, requestID: String, offset: Offset, servedBy: UInt8,
    time: Timestamp, entries: [Entry]
  ) {
    self.user = user
    self.surface = surface
    self.requestID = requestID
    self.offset = offset
    self.servedBy = servedBy
    self.time = time
    self.entries = entries
  }
}
