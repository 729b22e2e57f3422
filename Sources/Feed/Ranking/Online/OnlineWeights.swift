/// What the online part has learned, as readers need it: a value that does not change while pages
/// are made with it.
public struct OnlineWeights: Sendable {
  /// Rises with every choice that is learned.
  public private(set) var version: UInt64 = 1
  /// Whose scores they correct: `PageServed.model` of the pages that they were learned from; empty
  /// = those of the configuration's weights. Scores of another are none of theirs.
  public internal(set) var scorer: String
  /// A score is changed by at most as much.
  package let bound: Float
  /// By feature.
  package private(set) var features: [Float]
  /// By slot.
  package private(set) var slots: [Float]
  /// From a hash to its slot: how far it is shifted.
  private let shift: UInt64

  /// Bounds that the program keeps, whatever is asked for: 2^10 to 2^26 slots.
  static let slotsLog2 = 10...26

  init(_ settings: OnlineSettings, scorer: String = "") {
    self.scorer = scorer
    let bits = min(max(settings.slotsLog2, Self.slotsLog2.lowerBound), Self.slotsLog2.upperBound)
    bound = settings.bound.isFinite ? Float(max(0, settings.bound)) : 0
    features = Array(repeating: 0, count: OnlineSurface.features(settings).count)
    slots = Array(repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  /// Scores a page: sets its slots and corrections.
  package func score(_ trial: inout OnlineTrial) {
    guard trial.scoredBy != version else { return }
    let count = trial.count
    var sums: [Float] = []
    swap(&sums, &trial.corrections)
    sums.removeAll(keepingCapacity: true)
    sums.append(contentsOf: repeatElement(0, count: count))
    // A page of other features than the weights' is corrected by its crosses alone.
    if trial.columns.count == features.count * count {
      for feature in features.indices {
        Self.add(
          trial.columns.span.extracting(feature &* count..<(feature &+ 1) &* count),
          features[feature], to: &sums)
      }
    }
    addCrosses(&trial, &sums)
    swap(&sums, &trial.corrections)
    trial.scoredBy = version
  }

  /// Finds the slots of a page, and adds their weights.
  private func addCrosses(_ trial: inout OnlineTrial, _ sums: inout [Float]) {
    let count = trial.count
    var places: [UInt32] = []
    swap(&places, &trial.slots)
    let wanted = trial.keys.count * count
    if places.count > wanted { places.removeLast(places.count - wanted) }
    if places.count < wanted {
      places.append(contentsOf: repeatElement(0, count: wanted - places.count))
    }
    do {
      var into = places.mutableSpan
      var sums = sums.mutableSpan
      let items = trial.items.span
      let weights = slots.span
      for number in trial.keys.indices {
        let key = trial.keys[number]
        for index in 0..<count {
          // Both are hashes: their difference times an odd number has well-mixed high bits.
          let mixed = (items[index] ^ key) &* 0x9e37_79b9_7f4a_7c15
          let slot = mixed &>> shift
          into[number &* count &+ index] = UInt32(truncatingIfNeeded: slot)
          sums[index] += weights[Int(truncatingIfNeeded: slot)]
        }
      }
    }
    swap(&places, &trial.slots)
  }

  /// Adds the corrections of a page, bounded, to scores.
  package func correct(_ trial: inout OnlineTrial, _ scores: inout [Float]) {
    score(&trial)
    guard scores.count == trial.count else { return }
    for index in scores.indices { scores[index] += bounded(trial.corrections[index]) }
  }

  /// The correction that counts; 0 for one that is not a number.
  @inline(__always)
  package func bounded(_ correction: Float) -> Float {
    guard !correction.isNaN else { return 0 }
    return min(bound, max(-bound, correction))
  }

  @inline(__always)
  private static func add(_ column: Span<Float>, _ weight: Float, to sums: inout [Float]) {
    precondition(column.count == sums.count)
    for index in sums.indices { sums[index] += weight * column[index] }
  }

  mutating func set(feature: Int, _ weight: Float) { features[feature] = weight }

  /// Takes the weights of slots out, or puts them back.
  mutating func exchange(slots other: inout [Float]) { swap(&slots, &other) }

  mutating func endStep() { version &+= 1 }
}
