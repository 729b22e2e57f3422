internal import Glibc

/// Watches a model that serves against what served beside it or before it, and says when a
/// guardrail breaks.
///
/// A state machine without a clock: it is told readings and times, and gives a breach at most once
/// a model. A guardrail breaks when an interval around what was found lies beyond the limit, never
/// because of a few odd pages: each look may be wrong by a share of `alpha` that gets smaller from
/// look to look, so that all looks together are wrong by `alpha` at most. What is clearly broken is
/// beyond every interval after a few pages. Latency and diversity break only when the newest pages
/// of three looks in a row are beyond the limit too, as one pause makes many pages slow.
public struct ModelGuardian: Sendable {
  /// What is watched.
  public enum Guardrail: String, CaseIterable, Sendable {
    /// Pages on which the model failed.
    case errors
    /// Pages slower than the control's 99th percentile.
    case latency
    /// Clicks for each item shown.
    case clicks
    /// Distinct authors on a page.
    case diversity
  }

  /// Where guardrails break.
  public struct Limits: Equatable, Sendable {
    /// Pages of each arm below which latency and diversity are not judged.
    public var pagesMin: UInt64 = 200
    /// Items shown by an arm below which clicks are not judged.
    public var impressionsMin: UInt64 = 1_000
    /// The largest share of pages on which the model may fail.
    public var failureShareMax = 0.01
    /// How many times the control's 99th percentile a page may take; more often than the control is
    /// above its own, none may.
    public var latencyRatioMax = 1.5
    /// A page below it is never slow, in microseconds.
    public var latencyFloorUs = 5_000.0
    /// The chance that equal arms ever break a guardrail, over all looks, for each guardrail.
    public var alpha = 0.01
    /// How much lower than the control's a click rate is before it matters, as a share of it.
    public var clickDropMin = 0.05
    /// How much lower than the control's the authors of a page may be, as a share of them.
    public var diversityDropMax = 0.3
    /// The least time between two readings that count, in milliseconds.
    public var spacingMs: Int64 = 1_000

    /// The defaults.
    public init() {}
  }

  /// A guardrail that broke.
  public struct Breach: Equatable, Sendable {
    /// Which.
    public var guardrail: Guardrail
    /// What was found.
    public var figure: Double
    /// Where it breaks.
    public var limit: Double
    /// One sentence.
    public var detail: String
  }

  /// Looks in a row that latency and diversity take to break.
  static let strikesMax = 3
  /// Between two looks at latency and diversity lie so many pages, or this share of all if more.
  static let freshMin: UInt64 = 50
  private static let freshShare = 0.05
  private static let freshMax: UInt64 = 1_000
  /// The 99th percentile.
  private static let slowest = 0.01
  /// Standard errors on the control's side: 99 %.
  private static let controlWidth = 2.33

  /// Where guardrails break.
  public let limits: Limits
  /// The model that is watched; nil = none.
  public private(set) var watched: String?
  private var strikes: [Guardrail: Int] = [:]
  private var last: Timestamp?
  private var isBroken = false
  /// Readings that counted, and those of them at which latency and diversity were looked at.
  private var readings = 0
  private var looks = 0
  /// The reading of the look before.
  private var before = Reading()
  /// How clicks are spread over readings, which says how much they come together.
  private var spread = (treated: ClickSpread(), control: ClickSpread())

  /// Watches nothing yet.
  public init(_ limits: Limits = Limits()) { self.limits = limits }

  /// Begins to watch a model, or none.
  public mutating func watch(_ id: String?) {
    guard id != watched else { return }
    self = ModelGuardian(limits)
    watched = id
  }

  /// Looks at a reading of the watched model and of its control.
  ///
  /// - Returns: the guardrail that broke; nil while none did, and after one did.
  public mutating func observe(
    _ treated: Reading, control: Reading, at time: Timestamp
  ) -> Breach? {
    guard watched != nil, !isBroken else { return nil }
    if let last, time < last.advanced(milliseconds: limits.spacingMs), time >= last { return nil }
    last = time
    readings += 1
    spread.treated.note(treated)
    spread.control.note(control)
    let breach = errors(treated) ?? clicks(treated, control) ?? lasting(treated, control)
    isBroken = breach != nil
    return breach
  }

  /// The evidence that the k-th look takes, so that all of them are wrong by alpha together:
  /// Σ 1/(k(k+1)) = 1.
  private func needed(_ look: Int) -> Double {
    log(Double(look) * Double(look + 1) / limits.alpha)
  }

  // MARK: What breaks at once

  private func errors(_ treated: Reading) -> Breach? {
    let limit = limits.failureShareMax
    let fresh = treated.since(before)
    // Of all pages, or of the newest: a model that fails from now on has many good pages behind it.
    for part in [treated, fresh] {
      // Both halves together have the share of this look.
      guard
        ChanceBounds.excess(hits: part.failures, of: part.pages, share: limit)
          >= needed(readings) + log(2)
      else { continue }
      return Breach(
        guardrail: .errors, figure: Double(part.failures) / Double(part.pages), limit: limit,
        detail: "failed on \(part.failures) of \(part.pages) pages")
    }
    return nil
  }

  private func clicks(_ treated: Reading, _ control: Reading) -> Breach? {
    guard min(treated.impressions, control.impressions) >= limits.impressionsMin else { return nil }
    let mine = Self.rate(treated)
    let other = Self.rate(control)
    // What is held against the control is not its rate, but the lowest that would not matter.
    let lowest = other * (1 - limits.clickDropMin)
    guard other > 0, mine < lowest else { return nil }
    let keeps = (1 - limits.clickDropMin) * (1 - limits.clickDropMin)
    // The variance if both were equal, as the control's rate is the better known.
    let pooled =
      Double(treated.clicks + control.clicks) / Double(treated.impressions + control.impressions)
    let together = max(spread.treated.dispersion, spread.control.dispersion)
    let variance =
      together * pooled * (1 - pooled)
      * (1 / Double(treated.impressions) + keeps / Double(control.impressions))
    let evidence = ChanceBounds.mixture(
      difference: mine - lowest, variance: variance, prior: (other / 10) * (other / 10))
    guard evidence >= -log(limits.alpha) else { return nil }
    return Breach(
      guardrail: .clicks, figure: 1 - mine / other, limit: limits.clickDropMin,
      detail: "\(ModelGate.text(mine * 100)) % of what it shows is clicked, beside "
        + "\(ModelGate.text(other * 100)) %")
  }

  private static func rate(_ reading: Reading) -> Double {
    Double(min(reading.clicks, reading.impressions)) / Double(reading.impressions)
  }

  // MARK: What breaks when it lasts

  private mutating func lasting(_ treated: Reading, _ control: Reading) -> Breach? {
    guard min(treated.pages, control.pages) >= limits.pagesMin else { return nil }
    let fresh = treated.since(before)
    let wanted = UInt64(min(Double(treated.pages) * Self.freshShare, Double(Self.freshMax)))
    guard fresh.pages >= max(Self.freshMin, wanted) else { return nil }
    before = treated
    looks += 1
    let broken = [latency(treated, fresh, control), diversity(treated, fresh, control)]
    for (guardrail, breach) in zip([Guardrail.latency, .diversity], broken) {
      strikes[guardrail] = breach == nil ? 0 : strikes[guardrail, default: 0] + 1
      if let breach, strikes[guardrail, default: 0] >= Self.strikesMax { return breach }
    }
    return nil
  }

  /// Whether pages that take more than the limit come more often than pages of the control that
  /// take more than its 99th percentile may, as far as its pages tell that.
  private func latency(_ treated: Reading, _ fresh: Reading, _ control: Reading) -> Breach? {
    guard let place = control.place(above: Self.slowest), treated.timed > 0 else { return nil }
    let bounds = ArmMeters.durations
    guard place < bounds.count else { return nil }
    let limitUs = max(bounds[place] * 1e6 * limits.latencyRatioMax, limits.latencyFloorUs)
    // Buckets end where they end: the next one above the limit is compared with.
    guard let slow = bounds.firstIndex(where: { $0 * 1e6 >= limitUs }) else { return nil }
    let may = ChanceBounds.largestShare(
      hits: control.slower(than: place), of: control.timed, width: Self.controlWidth)
    let (all, found) = (treated.timed, treated.slower(than: slow))
    guard Double(fresh.slower(than: slow)) > may * Double(fresh.timed),
      ChanceBounds.excess(hits: found, of: all, share: may) >= needed(looks)
    else { return nil }
    return Breach(
      guardrail: .latency, figure: Double(found) / Double(all), limit: may,
      detail: "\(found) of \(all) pages took more than \(ModelGate.text(bounds[slow] * 1e6)) us, "
        + "\(ModelGate.text(limits.latencyRatioMax)) times the other pages' 99th percentile")
  }

  /// Whether an interval around the authors of a page lies below what the control's allow.
  private func diversity(_ treated: Reading, _ fresh: Reading, _ control: Reading) -> Breach? {
    let (mine, variance) = Self.authors(treated)
    let (other, otherVariance) = Self.authors(control)
    let keeps = 1 - limits.diversityDropMax
    let limit = other * keeps
    guard mine < limit, Self.authors(fresh).mean < limit else { return nil }
    let error = (variance + keeps * keeps * otherVariance).squareRoot()
    // exp(-z²/2) bounds the tail of the normal distribution.
    let width = (2 * needed(looks)).squareRoot()
    guard mine + width * error < limit else { return nil }
    return Breach(
      guardrail: .diversity, figure: 1 - mine / other, limit: limits.diversityDropMax,
      detail: "\(ModelGate.text(mine)) authors a page, beside \(ModelGate.text(other))")
  }

  /// The mean of distinct authors on a page, and the variance of that mean.
  private static func authors(_ reading: Reading) -> (mean: Double, variance: Double) {
    let count = Double(reading.pages)
    guard count > 1 else { return (Double(reading.authors), .infinity) }
    let mean = Double(reading.authors) / count
    let squares = Double(reading.authorSquares) / count - mean * mean
    return (mean, max(0, squares) / (count - 1))
  }
}
