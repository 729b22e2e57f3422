/// What is written of the lives of models: where each stands, and every step that brought it there.
///
/// A pure value: whoever keeps it writes it as a whole, so that a switch is one write. At most one
/// model is a shadow, one the canary, one in production; who takes a place archives the one that
/// had it. The order in which models came into production is kept, so that one can be taken back
/// after another.
public struct ModelLedger: Equatable, Sendable {
  /// One model.
  public struct Entry: Equatable, Sendable {
    /// The hash of its content.
    public var id: String
    /// Where it stands.
    public var stage: ModelStage
    /// The share of the users that a canary serves, in percent; 0 in every other stage.
    public var percent: Double
    /// Since when it stands there.
    public var since: Timestamp

    /// An entry.
    public init(id: String, stage: ModelStage, percent: Double = 0, since: Timestamp) {
      self.id = id
      self.stage = stage
      self.percent = percent
      self.since = since
    }
  }

  /// One step of a life.
  public struct Step: Equatable, Sendable {
    /// Counts from 1 and is never given again.
    public var number: Int
    /// When.
    public var time: Timestamp
    /// The model.
    public var id: String
    /// Where it stood; nil = it was not known.
    public var from: ModelStage?
    /// Where it stands; nil = it is forgotten.
    public var to: ModelStage?
    /// The share of a canary.
    public var percent: Double
    /// Who took it.
    public var cause: Cause
    /// What the gate said before it; nil = it was not asked.
    public var verdict: GateVerdict?

    /// A step.
    public init(
      number: Int, time: Timestamp, id: String, from: ModelStage?, to: ModelStage?,
      percent: Double = 0, cause: Cause, verdict: GateVerdict? = nil
    ) {
      self.number = number
      self.time = time
      self.id = id
      self.from = from
      self.to = to
      self.percent = percent
      self.cause = cause
      self.verdict = verdict
    }
  }

  /// Who takes a step and why.
  public struct Cause: Equatable, Sendable {
    /// A person, a key, or "guardian" and "training".
    public var actor: String
    /// The reason in words.
    public var why: String
    /// Whether it was to be done against the gate.
    public var isForced: Bool

    /// A cause.
    public init(actor: String, why: String, isForced: Bool = false) {
      self.actor = actor
      self.why = why
      self.isForced = isForced
    }
  }

  /// Steps that are kept; the oldest go.
  public static let historyMax = 1_000
  /// Models that are kept; the longest archived go.
  public static let entriesMax = 64

  /// The models, in the order in which they came.
  public internal(set) var entries: [Entry] = []
  /// The steps, oldest first.
  public internal(set) var history: [Step] = []
  /// What was in production and was not taken back, oldest first; the last one is there now.
  public internal(set) var succession: [String] = []
  var nextNumber = 1

  /// No model.
  public init() {}

  /// A ledger as it was kept.
  ///
  /// - Throws: `.corrupt` when its parts don't fit each other.
  public init(
    entries: [Entry], history: [Step], succession: [String]
  ) throws(RegistryError) {
    self.entries = entries
    self.history = history
    self.succession = succession
    nextNumber = (history.last?.number ?? 0) + 1
    if let fault { throw RegistryError(.corrupt, "the ledger of models: \(fault)") }
  }

  /// The model of an id.
  public subscript(_ id: String) -> Entry? { entries.first { $0.id == id } }

  /// The model in a stage; of several, the one that came last.
  public func model(in stage: ModelStage) -> Entry? { entries.last { $0.stage == stage } }

  /// The model that a rollback of production would bring back; nil = there is none.
  public var predecessor: Entry? {
    succession.dropLast().last { self[$0] != nil }.flatMap { self[$0] }
  }

  /// The model that a text names: its id or the first digits of it, four at least.
  ///
  /// - Throws: `.unknown` when there is none or more than one.
  public func resolve(_ text: String) throws(RegistryError) -> Entry {
    if let entry = self[text] { return entry }
    let found = text.utf8.count >= 4 ? entries.filter { $0.id.hasPrefix(text) } : []
    guard found.count == 1 else {
      throw RegistryError(
        .unknown,
        found.isEmpty
          ? "there is no model \"\(text)\"; see: updraft models list"
          : "\"\(text)\" begins the ids of \(found.count) models; give more digits")
    }
    return found[0]
  }

  /// What is wrong with it; nil = nothing.
  public var fault: String? {
    guard Set(entries.map(\.id)).count == entries.count else { return "a model stands twice" }
    for stage in ModelStage.allCases where stage.isSingle {
      let count = entries.reduce(0) { $0 + ($1.stage == stage ? 1 : 0) }
      if count > 1 { return "\(count) models are in the stage \(stage.rawValue)" }
    }
    for entry in entries {
      let isRight =
        entry.stage == .canary ? entry.percent > 0 && entry.percent <= 100 : entry.percent == 0
      if !isRight { return "\(entry.id) is \(entry.stage.rawValue) with \(entry.percent) percent" }
    }
    guard model(in: .production)?.id == succession.last else {
      return "the last of the succession is not in production"
    }
    for (one, next) in zip(history, history.dropFirst()) where next.number <= one.number {
      return "step \(next.number) comes after step \(one.number)"
    }
    return nil
  }
}
