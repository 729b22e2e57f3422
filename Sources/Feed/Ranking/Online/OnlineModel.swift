/// The online part of a surface: learns from each choice on a page, at once, what the scores of the
/// page had missed, and corrects the scores of later pages by it.
///
/// The model is a conditional logit: of the candidates of a page, i is chosen with probability
/// exp(s_i + c_i + p_i) ÷ Σ exp(s_j + c_j + p_j), where s is the score that the page had anyhow and
/// c the correction: weights of a few features, and of hashed pairs of the item with what it is
/// crossed with (`OnlineCross`), learned by FTRL-Proximal. Corrections are bounded; a bounded one
/// that wants to go further is not pushed on. Memory is bounded: pairs share 2^n slots by their
/// hash.
///
/// p is what the place on the page does to choices, learned with the rest and left out when pages
/// are scored, so that what stood on top is not taken for what is liked; 0 where places are not
/// known.
///
/// ```swift
/// var model = OnlineModel(settings.online)
/// let set = try pipeline.rank(request, world, …, online: model.weights, workspace)
/// model.learn(&workspace.online, chosen: index)
/// ```
///
/// What it knows follows from the pages learned and their order alone, bit for bit. It has one
/// writer; readers hold a copy of `weights`.
public struct OnlineModel: Sendable {
  /// What readers need.
  public private(set) var weights: OnlineWeights
  private let features: FTRL
  private let crosses: FTRL
  private var featureStates: [FTRL.State]
  private var slotStates: [FTRL.State]
  /// By place less 1.
  private var placeWeights = [Float](repeating: 0, count: OnlineTrial.placesMax)
  private var placeStates = [FTRL.State](repeating: FTRL.State(), count: OnlineTrial.placesMax)
  private let placing: FTRL
  private var gradients: [Float] = []
  /// Candidates whose gradient counts.
  private var active: [Int] = []

  /// Gradients of crosses below this move no weight visibly, and are most of them.
  private static let negligible: Float = 1e-4
  private static let stepsPerUnit = 256 / 0.693_147_180_559_945_3

  /// A model that knows nothing: every correction is 0.
  ///
  /// - Parameter scorer: whose scores it corrects, see `OnlineWeights.scorer`.
  public init(_ settings: OnlineSettings, scorer: String = "") {
    weights = OnlineWeights(settings, scorer: scorer)
    // A feature has evidence enough, and so has a place; sparsity is for crosses.
    placing = FTRL(alpha: settings.crossRate, beta: settings.beta, l1: 0, l2: 0)
    features = FTRL(alpha: settings.featureRate, beta: settings.beta, l1: 0, l2: 0)
    crosses = FTRL(
      alpha: settings.crossRate, beta: settings.beta, l1: settings.l1, l2: settings.l2)
    featureStates = Array(repeating: FTRL.State(), count: weights.features.count)
    slotStates = Array(repeating: FTRL.State(), count: weights.slots.count)
  }

  /// Learns that the candidate at an index was chosen, and the others were not.
  public mutating func learn(_ trial: inout OnlineTrial, chosen: Int) {
    guard chosen >= 0, chosen < trial.count else { return }
    probabilities(&trial)
    gradients[chosen] -= 1
    step(&trial)
  }

  /// Learns how much each candidate was worth: 0 for one that was passed over. Gains that are not
  /// finite or below 0 count as 0.
  ///
  /// - Returns: whether there was anything to learn: at least one gain above 0, one a candidate.
  @discardableResult
  public mutating func learn(_ trial: inout OnlineTrial, gains: [Float]) -> Bool {
    guard gains.count == trial.count else { return false }
    var total: Float = 0
    for gain in gains where gain > 0 && gain.isFinite { total += gain }
    guard total > 0, total.isFinite else { return false }
    probabilities(&trial)
    for index in gains.indices {
      gradients[index] *= total
      if gains[index] > 0, gains[index].isFinite { gradients[index] -= gains[index] }
    }
    step(&trial)
    return true
  }

  /// Sets the gradients to the probability with which each candidate is chosen; 0 for a score that
  /// is not finite.
  private mutating func probabilities(_ trial: inout OnlineTrial) {
    weights.score(&trial)
    gradients.removeAll(keepingCapacity: true)
    var highest = -Float.infinity
    let arePlaced = trial.places.count == trial.count
    for index in 0..<trial.count {
      var score = trial.scores[index] + weights.bounded(trial.corrections[index])
      if arePlaced { score += placeWeights[Int(trial.places[index]) - 1] }
      gradients.append(score)
      if score.isFinite { highest = max(highest, score) }
    }
    var sum: Float = 0
    for index in gradients.indices {
      let score = gradients[index]
      let share =
        score.isFinite ? Decay.factor(steps: Double(highest - score) * Self.stepsPerUnit) : 0
      gradients[index] = share
      sum += share
    }
    guard sum > 0 else { return }
    for index in gradients.indices { gradients[index] /= sum }
  }

  private mutating func step(_ trial: inout OnlineTrial) {
    let count = trial.count
    if trial.places.count == count { stepPlaces(trial) }
    for index in 0..<count {
      let pulled = trial.corrections[index]
      if pulled > weights.bound && gradients[index] < 0
        || pulled < -weights.bound && gradients[index] > 0
      {
        gradients[index] = 0
      }
    }
    if trial.columns.count == featureStates.count * count { stepFeatures(trial) }
    stepCrosses(trial)
    weights.endStep()
  }

  private mutating func stepPlaces(_ trial: borrowing OnlineTrial) {
    for index in gradients.indices {
      let place = Int(trial.places[index]) - 1
      placing.step(&placeStates[place], &placeWeights[place], gradient: gradients[index])
    }
  }

  private mutating func stepCrosses(_ trial: borrowing OnlineTrial) {
    let count = trial.count
    active.removeAll(keepingCapacity: true)
    for index in 0..<count where abs(gradients[index]) >= Self.negligible { active.append(index) }
    let slots = trial.slots.span
    var kept: [FTRL.State] = []
    swap(&kept, &slotStates)
    var taken: [Float] = []
    weights.exchange(slots: &taken)
    do {
      var states = kept.mutableSpan
      var weights = taken.mutableSpan
      for key in trial.keys.indices {
        let first = key &* count
        for index in active {
          let slot = Int(slots[first &+ index])
          crosses.step(&states[slot], &weights[slot], gradient: gradients[index])
        }
      }
    }
    weights.exchange(slots: &taken)
    swap(&kept, &slotStates)
  }

  private mutating func stepFeatures(_ trial: borrowing OnlineTrial) {
    let count = trial.count
    for feature in featureStates.indices {
      var gradient: Float = 0
      for index in 0..<count {
        gradient += gradients[index] * trial.columns[feature &* count &+ index]
      }
      guard gradient.isFinite else { continue }
      var weight = weights.features[feature]
      features.step(&featureStates[feature], &weight, gradient: gradient)
      weights.set(feature: feature, weight)
    }
  }

  /// A checksum of everything learned: equal for equal pages in equal order.
  public var digest: UInt64 {
    var checksum = Checksum()
    func add(_ states: [FTRL.State], _ weights: [Float]) {
      var bytes: [UInt8] = []
      for (state, weight) in zip(states, weights) {
        bytes.put(state.z.bitPattern)
        bytes.put(state.root.bitPattern)
        bytes.put(weight.bitPattern)
      }
      RecordView.over(bytes, 0..<bytes.count) { checksum.update($0) }
    }
    add(featureStates, weights.features)
    add(slotStates, weights.slots)
    add(placeStates, placeWeights)
    return checksum.value
  }
}
