/// Learns from the log what the online parts of surfaces know: pages as they were served, and what
/// was then chosen on them, record by record in the order of the log.
///
/// ```swift
/// var learner = OnlineLearner(configuration)
/// try log.scan(after: .zero) { offset, record in
///   learner.take(offset, record)
///   return true
/// }
/// learner.publish(to: board)
/// ```
///
/// A choice is a deed that `LabelJoiner` joins to a page, with the page's and the deed's own rules,
/// and that speaks for its item by `WorldSettings.actionStrength`; a first cart counts too. It is
/// learned at once, and weighs what its action does. Of a page the log tells keys, scores and
/// corrections, so that equal logs, settings and starts give equal weights, bit for bit.
///
/// Weights belong to a surface and to the model that scored, whose errors they are: another model
/// begins with none. Memory is bounded by `LearningSettings.onlinePagesMax` and by
/// `scorersMax` models a surface.
public struct OnlineLearner: Sendable {
  /// Models of a surface whose errors are kept apart at most; beyond it, those that were learned
  /// longest ago are given up.
  public static let scorersMax = 4
  /// Memory of a waiting page in its joiner, about: pages of more than thirty items count double.
  private static let pageBytes = 4_096

  private let surfaces: [String: OnlineSurface]
  /// What a choice is worth, by the bit of its label.
  private let gains: [Float]
  private var joiner: LabelJoiner
  /// The pages of the joiner that can be learned from, in their order.
  private var waiting = NumberedQueue<Waiting>()
  private var learned: [Learned] = []
  private var changed: Set<String> = []
  private var counts: [String: OnlineCounts] = [:]
  private var through = Offset.zero

  /// A page that waits for a choice.
  private struct Waiting {
    let offset: Offset
    let surface: String
    let scorer: String
    let trial: OnlineTrial
  }

  private struct Learned {
    let surface: String
    var model: OnlineModel
    /// When it last learned.
    var offset: Offset
  }

  /// A learner that knows nothing.
  public init(_ configuration: Configuration) {
    surfaces = configuration.surfaces.compactMapValues { OnlineSurface($0.online) }
    gains = Self.gains(configuration.world)
    var settings = configuration.learning
    settings.pendingPagesMax = max(1, settings.onlinePagesMax)
    let (bytes, overflow) = settings.pendingPagesMax
      .multipliedReportingOverflow(by: Self.pageBytes)
    settings.pendingBytesMax = overflow ? .max : bytes
    joiner = LabelJoiner(
      settings, world: configuration.world, keepsRecords: false, tellsDeeds: true)
    for name in surfaces.keys { counts[name] = OnlineCounts() }
  }

  /// Whether there is a surface to learn for.
  public var isNeeded: Bool { !surfaces.isEmpty }

  /// Lets the surfaces' pages be corrected and learned from.
  public func open(_ board: OnlineBoard) {
    for (name, surface) in surfaces { board.open(name, surface.settings) }
  }

  /// Puts what was learned since the last call where pages find it.
  public mutating func publish(to board: OnlineBoard) {
    for surface in changed {
      board.publish(
        learned.filter { $0.surface == surface }.map(\.model.weights), surface: surface)
    }
    changed.removeAll()
  }

  /// Takes the next record of the log.
  public mutating func take(_ offset: Offset, _ record: RecordView) {
    through = offset
    var page: PageServed?
    if (try? record.kind()) == .pageServed,
      case .pageServed(let decoded)? = try? Event.decode(record)
    {
      page = decoded
      note(decoded, offset)
    }
    joiner.take(offset, record, page: page)
    for deed in joiner.reached { learn(deed, at: offset) }
    while let first = waiting.first, first.offset <= joiner.through { _ = waiting.removeFirst() }
  }

  private mutating func note(_ page: PageServed, _ offset: Offset) {
    guard let surface = surfaces[page.surface], let trial = OnlineTrial(page, surface) else {
      return
    }
    counts[page.surface]?.note(page)
    waiting.append(
      Waiting(offset: offset, surface: page.surface, scorer: page.model, trial: trial))
  }

  private mutating func learn(_ deed: LabelJoiner.Reached, at offset: Offset) {
    let gain = gain(deed.bits)
    guard gain > 0, let page = page(deed.offset), deed.place < page.trial.count else { return }
    var trial = page.trial
    var gains = [Float](repeating: 0, count: trial.count)
    gains[deed.place] = gain
    let index = index(page.surface, page.scorer)
    guard learned[index].model.learn(&trial, gains: gains) else { return }
    learned[index].offset = offset
    changed.insert(page.surface)
    counts[page.surface]?.steps &+= 1
  }

  /// What was said for an item; what was said against it is no choice.
  private func gain(_ bits: UInt16) -> Float {
    var gain: Float = 0
    for (bit, worth) in gains.enumerated() where bits & 1 << UInt16(bit) != 0 && worth > 0 {
      gain += worth
    }
    return gain.isFinite ? gain : 0
  }

  /// The page at an offset; nil when it is not waiting, or was made without the online part.
  private func page(_ offset: Offset) -> Waiting? {
    var low = waiting.start
    var high = waiting.end
    while low < high {
      let middle = low + (high - low) / 2
      if waiting[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    guard low < waiting.end, waiting[low].offset == offset else { return nil }
    return waiting[low]
  }

  /// Where the model is that learns the errors of a scorer on a surface.
  private mutating func index(_ surface: String, _ scorer: String) -> Int {
    let own = learned.indices.filter { learned[$0].surface == surface }
    if let index = own.first(where: { learned[$0].model.weights.scorer == scorer }) {
      return index
    }
    let settings = surfaces[surface]?.settings ?? OnlineSettings()
    let fresh = Learned(
      surface: surface, model: OnlineModel(settings, scorer: scorer), offset: through)
    if own.count >= Self.scorersMax,
      let oldest = own.min(by: { learned[$0].offset < learned[$1].offset })
    {
      learned[oldest] = fresh
      return oldest
    }
    learned.append(fresh)
    return learned.count - 1
  }

  private static func gains(_ world: WorldSettings) -> [Float] {
    var gains = [Float](repeating: 0, count: UInt16.bitWidth)
    func worth(_ action: Action) -> Float { Float(world.actionStrength[action.name] ?? 0) }
    for objective in Objective.allCases {
      let action: Action? =
        switch objective {
        case .click: .click
        case .longDwell: .dwell
        case .like: .like
        case .share: .share
        case .comment: .comment
        case .save: .save
        case .complete: .complete
        case .purchase: .purchase
        // They speak against, whatever is set.
        case .hide, .report: nil
        }
      gains[Int(objective.rawValue)] = action.map(worth) ?? 0
    }
    gains[EntryLabels.cartBit.trailingZeroBitCount] = worth(.addToCart)
    return gains
  }

  // MARK: What it knows

  /// What it has done so far.
  public var reading: OnlineReading {
    OnlineReading(
      surfaces: counts, pagesWaiting: waiting.count, pagesGivenUp: joiner.tally.early,
      through: through)
  }

  /// A checksum of everything learned: equal for equal logs.
  ///
  /// - Complexity: O(slots of all models).
  public var digest: UInt64 {
    let sorted = learned.sorted {
      ($0.surface, $0.model.weights.scorer) < ($1.surface, $1.model.weights.scorer)
    }
    return sorted.reduce(0) { state, entry in
      let name = Hashing.fold(
        Hashing.of(entry.surface), Hashing.of(entry.model.weights.scorer))
      return Hashing.mix(Hashing.fold(Hashing.fold(state, name), entry.model.digest))
    }
  }
}
