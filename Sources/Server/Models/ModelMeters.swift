internal import Feed

/// What the lives of models are counted by.
final class ModelMeters: Sendable {
  /// Who takes a model back.
  enum Hand: String, CaseIterable {
    case person, guardian
  }

  /// Steps that the gate refused.
  let gateFailures = Counter()
  /// Trainings that gave a model.
  let trained = Counter()
  /// Trainings that gave none.
  let trainingFailures = Counter()
  private let hands = Hand.allCases.map { _ in Counter() }

  /// How often models were taken back.
  func rollbacks(by hand: Hand) -> Counter { hands[hand == .person ? 0 : 1] }

  /// Writes everything for Prometheus.
  func write(_ keeper: ModelKeeper, into text: inout PrometheusText) {
    text.family("updraft_model_info", .gauge, "The models that are not archived, by stage.")
    for entry in keeper.state.ledger.entries where entry.stage != .archived {
      text.sample(
        "updraft_model_info", [("state", entry.stage.rawValue), ("id", entry.id)], 1)
    }
    text.family("updraft_model_rollbacks_total", .counter, "Models taken back, by whom.")
    for hand in Hand.allCases {
      text.sample(
        "updraft_model_rollbacks_total", [("by", hand.rawValue)],
        Double(rollbacks(by: hand).value))
    }
    text.single(
      "updraft_model_gate_failures_total", .counter, "Steps that the gate refused.",
      Double(gateFailures.value))
    text.family("updraft_model_training_runs_total", .counter, "Trainings, by outcome.")
    for (outcome, counter) in [("model", trained), ("failed", trainingFailures)] {
      text.sample(
        "updraft_model_training_runs_total", [("outcome", outcome)], Double(counter.value))
    }
  }

  /// Writes the pages of each arm for Prometheus; they are there without a registry too.
  static func write(_ arms: ArmMeters, into text: inout PrometheusText) {
    text.family("updraft_model_pages_total", .counter, "Pages ranked, by arm.")
    for arm in arms.arms {
      text.sample(
        "updraft_model_pages_total", [("arm", arm.name.rawValue)], Double(arm.pages.value))
    }
    text.family(
      "updraft_model_failures_total", .counter, "Pages that the arm's model failed on.")
    for arm in arms.arms {
      text.sample(
        "updraft_model_failures_total", [("arm", arm.name.rawValue)], Double(arm.failures.value))
    }
  }
}
