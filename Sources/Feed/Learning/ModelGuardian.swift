internal import Glibc

/// Watches a model that serves against what served beside it or before it, and says when a
/// guardrail breaks.
///
/// A state machine without a clock: it is told readings and times, and gives a breach at most once
/// a model. Errors and clicks break at once, as their bounds hold however often they are looked at;
/// latency and diversity break when they are beyond their limit three readings in a row.
public struct ModelGuardian: Sendable {
  /// What is watched.
  public enum Guardrail: String, CaseIterable, Sendable {
    /// Pages on which the model failed.
    case errors
    /// The 99th percentile of making a page.
    case latency
    /// Clicks for each item shown.
    case clicks
    /// Distinct authors on a page.
    case diversity
  }

  /// What came of the pages of one arm since it is watched.
  public struct Reading: Equatable, Sendable {
    /// Pages made.
    public var pages: UInt64 = 0
    /// Pages of them on which the model failed or said something that is no number.
    public var failures: UInt64 = 0
    /// Items shown.
    public var impressions: UInt64 = 0
    /// Items clicked.
    public var clicks: UInt64 = 0
    /// Distinct authors, page by page, added up.
    public var authors: UInt64 = 0
    /// The 99th percentile of making a page, in microseconds; 0 = not known.
    public var latencyUs = 0.0

    /// Nothing yet.
    public init() {}
  }

  /// Where guardrails break.
  public struct Limits: Equatable, Sendable {
    /// Pages of an arm below which errors, latency and diversity are not judged.
    public var pagesMin: UInt64 = 200
    /// Items shown by an arm below which clicks are not judged.
    public var impressionsMin: UInt64 = 1_000
    /// The largest share of pages on which the model may fail.
    public var failureShareMax = 0.01
    /// How many times the control's 99th percentile a page may take.
    public var latencyRatioMax = 1.5
    /// A 99th percentile below it never breaks, in microseconds.
    public var latencyFloorUs = 5_000.0
    /// The chance of calling an equal click rate a lower one, over all looks together.
    public var clickAlpha = 0.01
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

  /// Readings in a row that latency and diversity take to break.
  static let strikesMax = 3

  /// Where guardrails break.
  public let limits: Limits
  /// The model that is watched; nil = none.
  public private(set) var watched: String?
  private var strikes: [Guardrail: Int] = [:]
  private var last: Timestamp?
  private var isBroken = false

  /// Watches nothing yet.
  public init(_ limits: Limits = Limits()) { self.limits = limits }

  /// Begins to watch a model, or none.
  public mutating func watch(_ id: String?) {
    guard id != watched else { return }
    watched = id
    strikes = [:]
    last = nil
    isBroken = false
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
    let breach =
      errors(treated) ?? clicks(treated, control)
      ?? lasting(.latency, latency(treated, control))
      ?? lasting(.diversity, diversity(treated, control))
    isBroken = breach != nil
    return breach
  }

  private mutating func lasting(_ guardrail: Guardrail, _ breach: Breach?) -> Breach? {
    guard let breach else {
      strikes[guardrail] = 0
      return nil
    }
    strikes[guardrail, default: 0] += 1
    return strikes[guardrail, default: 0] >= Self.strikesMax ? breach : nil
  }

  // MARK: Guardrails

  private func errors(_ treated: Reading) -> Breach? {
    guard treated.pages >= limits.pagesMin else { return nil }
    let share = Double(treated.failures) / Double(treated.pages)
    guard share > limits.failureShareMax else { return nil }
    return Breach(
      guardrail: .errors, figure: share, limit: limits.failureShareMax,
      detail: "failed on \(treated.failures) of \(treated.pages) pages")
  }

  private func latency(_ treated: Reading, _ control: Reading) -> Breach? {
    guard min(treated.pages, control.pages) >= limits.pagesMin,
      treated.latencyUs > limits.latencyFloorUs, control.latencyUs > 0
    else { return nil }
    let ratio = treated.latencyUs / control.latencyUs
    guard ratio > limits.latencyRatioMax else { return nil }
    return Breach(
      guardrail: .latency, figure: ratio, limit: limits.latencyRatioMax,
      detail: "a page's 99th percentile is \(ModelGate.text(treated.latencyUs)) us, beside "
        + "\(ModelGate.text(control.latencyUs)) us")
  }

  private func diversity(_ treated: Reading, _ control: Reading) -> Breach? {
    guard min(treated.pages, control.pages) >= limits.pagesMin else { return nil }
    let mine = Double(treated.authors) / Double(treated.pages)
    let other = Double(control.authors) / Double(control.pages)
    guard other > 0, mine < other * (1 - limits.diversityDropMax) else { return nil }
    return Breach(
      guardrail: .diversity, figure: 1 - mine / other, limit: limits.diversityDropMax,
      detail: "\(ModelGate.text(mine)) authors a page, beside \(ModelGate.text(other))")
  }

  private func clicks(_ treated: Reading, _ control: Reading) -> Breach? {
    guard min(treated.impressions, control.impressions) >= limits.impressionsMin else { return nil }
    let mine = Double(min(treated.clicks, treated.impressions)) / Double(treated.impressions)
    let other = Double(min(control.clicks, control.impressions)) / Double(control.impressions)
    guard other > 0, mine < other * (1 - limits.clickDropMin) else { return nil }
    let evidence = Self.evidence(
      (mine, Double(treated.impressions)), (other, Double(control.impressions)))
    guard evidence >= -log(limits.clickAlpha) else { return nil }
    return Breach(
      guardrail: .clicks, figure: 1 - mine / other, limit: limits.clickDropMin,
      detail: "\(ModelGate.text(mine * 100)) % of what it shows is clicked, beside "
        + "\(ModelGate.text(other * 100)) %")
  }

  /// The logarithm of the mixture likelihood ratio that two rates differ: beyond ln(1/alpha) the
  /// chance that equal rates ever get there is below alpha, however often one looks (Johari,
  /// Koomen, Pekelis, Walsh, KDD 2017, doi:10.1145/3097983.3097992). The mixture is normal with a
  /// tenth of the control's rate as its deviation.
  static func evidence(
    _ treated: (rate: Double, count: Double), _ control: (rate: Double, count: Double)
  ) -> Double {
    let all = treated.count + control.count
    let pooled = (treated.rate * treated.count + control.rate * control.count) / all
    let variance = pooled * (1 - pooled) * (1 / treated.count + 1 / control.count)
    let prior = (control.rate / 10) * (control.rate / 10)
    guard variance > 0, prior > 0 else { return 0 }
    let difference = treated.rate - control.rate
    return 0.5 * log(variance / (variance + prior))
      + prior * difference * difference / (2 * variance * (variance + prior))
  }
}
