internal import Feed

/// The figures of the online parts of surfaces; none while all are off.
enum OnlineMetrics {
  static func write(_ engine: Engine, into text: inout PrometheusText) {
    guard let reading = engine.online?.reading else { return }
    let surfaces = reading.surfaces.sorted { $0.key < $1.key }
    for (name, help, value) in [
      ("updraft_online_steps_total", "Choices that the online part learned.", { Double($0.steps) }),
      (
        "updraft_online_pages_total", "Pages in the log that it had a hand in.",
        { Double($0.pages) }
      ),
      ("updraft_online_places_total", "Items shown on them.", { Double($0.places) }),
      (
        "updraft_online_correction_total",
        "The sum of how far it moved their scores; by places, the mean correction.",
        { $0.correction }
      ),
    ] as [(String, String, (OnlineCounts) -> Double)] {
      text.family(name, .counter, help)
      for (surface, counts) in surfaces {
        text.sample(name, [("surface", surface)], value(counts))
      }
    }
    text.single(
      "updraft_online_pages_waiting", .gauge, "Pages that wait for a choice.",
      Double(reading.pagesWaiting))
    text.single(
      "updraft_online_pages_given_up_total", .counter,
      "Pages given up before their time, because too many waited.", Double(reading.pagesGivenUp))
  }
}
