/// What ranking made of one request: every place, first to last, as rows. Pages are cut from it,
/// also later, when a cursor comes back.
///
/// It never changes, and it outlives changes of the World: a row that went to another item since
/// shows in that item's serial, which is above `serial`.
public final class RankedSet: Sendable {
  /// One place, 16 bytes.
  struct Place {
    var row: UInt32
    /// The item that the reason is about; `.max` = none.
    var because: UInt32
    var score: Float
    var sources: UInt16
    /// Index in `Reason.allCases`.
    var reason: UInt8
    /// The place that the slate gave it, where the first ones may be shuffled; else `.max`.
    var origin: UInt8 = .max
  }

  /// Who scored it, and how.
  struct Scoring {
    /// The part of the traffic.
    var arm = Serving.Arm.linear
    /// The id of the arm's model; empty = none.
    var model = ""
    /// The id of the model whose scores it has; empty = the weights or the sources, also where the
    /// arm's model failed.
    var scoredBy = ""
    /// `Surface.digest`.
    var digest: UInt64 = 0
    /// The share of pages whose first `shuffled` places are shuffled.
    var exploreShare: Float = 0
    /// See `exploreShare`; 0 = none.
    var shuffled = 0
  }

  /// Names the set in cursors.
  public let number: UInt64
  /// What was asked for.
  public let request: PageRequest
  /// Items on its pages.
  public let limit: Int
  /// For whom; nil for nobody, and for somebody of whom nothing was known.
  public let user: UserRow?
  /// When it was ranked.
  public let scoredAt: Timestamp
  /// The last event that it reflects.
  public let offset: Offset
  /// The rung that made it.
  public let servedBy: Rung
  /// What was left out, a stable code each.
  public let degraded: [String]
  /// How long each stage took, and how many candidates went in and out.
  public let stages: [Page.Stage]
  let places: [Place]
  let scoring: Scoring
  /// How the surface weighed a model's predictions.
  let utility: Utility
  /// What the log is told beside the places; nil = it is not logged.
  package let evidence: Evidence?
  /// The newest item's serial then.
  let serial: UInt64
  /// The version of the user's pages then.
  let version: UInt32

  init(
    number: UInt64, request: PageRequest, _ context: RankingContext,
    _ world: borrowing World, places: [Place], scoring: Scoring, evidence: Evidence?,
    servedBy: Rung, degraded: [String], stages: [Page.Stage]
  ) {
    self.number = number
    self.request = request
    limit = context.limit
    user = context.user
    scoredAt = context.now
    offset = world.offset
    serial = world.items.serial
    version = context.user.map { world.freshness.version($0) } ?? 0
    self.places = places
    self.scoring = scoring
    utility = context.surface.utility
    self.evidence = evidence
    self.servedBy = servedBy
    self.degraded = degraded
    self.stages = stages
  }

  /// How many places there are.
  public var count: Int { places.count }

  /// The item at a place, from 0; true as of the ranking.
  public func row(at place: Int) -> ItemRow { ItemRow(places[place].row) }

  /// The score at a place, from 0.
  public func score(at place: Int) -> Float { places[place].score }

  /// Why the item at a place, from 0, is there.
  public func reason(at place: Int) -> Reason { Reason.allCases[Int(places[place].reason)] }

  /// The chance that the item at a place, from 0, stands just there.
  public func propensity(at place: Int) -> Float {
    guard place < scoring.shuffled else { return 1 }
    let share = scoring.exploreShare / Float(scoring.shuffled)
    return Int(places[place].origin) == place ? 1 - scoring.exploreShare + share : share
  }

  /// The part of the traffic that it belongs to.
  public var arm: Serving.Arm { scoring.arm }

  /// The id of the model whose scores it has; empty = no model's.
  public var model: String { scoring.scoredBy }

  /// The sources that found the item at a place, from 0, a bit each.
  public func sources(at place: Int) -> UInt16 { places[place].sources }
}
