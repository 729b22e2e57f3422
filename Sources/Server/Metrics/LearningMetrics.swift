internal import Feed

/// The figures of the live joiner of labels; none while learning is off.
enum LearningMetrics {
  static func write(_ engine: Engine, into text: inout PrometheusText) {
    guard let reading = engine.learning?.meters.reading else { return }
    for (name, help, value) in [
      ("updraft_label_pages_total", "Served pages, by who ranked them.", \.pages),
      ("updraft_label_impressions_total", "Items shown, by who ranked them.", \.impressions),
      ("updraft_label_seen_total", "Items known to have been seen.", \.seen),
    ] as [(String, String, KeyPath<LearningCounts, UInt64>)] {
      text.family(name, .counter, help)
      for (key, counts) in reading.counts {
        text.sample(name, labels(key), Double(counts[keyPath: value]))
      }
    }
    text.family("updraft_labels_total", .counter, "Labels joined to items shown.")
    for (key, counts) in reading.counts {
      for objective in Objective.allCases where counts[objective] > 0 {
        text.sample(
          "updraft_labels_total", [("label", objective.name)] + labels(key),
          Double(counts[objective]))
      }
    }
    text.family(
      "updraft_label_events_total", .counter, "Interactions, by what the joiner made of them.")
    for outcome in JoinOutcome.allCases {
      text.sample(
        "updraft_label_events_total", [("outcome", outcome.name)], Double(reading.tally[outcome]))
    }
    text.family("updraft_label_pages_ended_total", .counter, "Pages that wait no more, by why.")
    let tally = reading.tally
    for (name, count) in [
      ("complete", tally.emitted - tally.early), ("early", tally.early), ("erased", tally.erased),
      ("unreadable", tally.unreadable),
    ] {
      text.sample("updraft_label_pages_ended_total", [("why", name)], Double(count))
    }
    text.single(
      "updraft_label_events_ahead", .gauge, "Interactions that wait for their page.",
      Double(tally.ahead))
    text.single(
      "updraft_label_pages_pending", .gauge, "Pages that wait for labels.", Double(tally.pending))
    text.single(
      "updraft_label_pending_bytes", .gauge, "Memory that they take, about.",
      Double(reading.pendingBytes))
  }

  private static func labels(_ key: LearningKey) -> [(String, String)] {
    [("surface", key.surface), ("model", key.model), ("arm", key.experiments)]
  }
}
