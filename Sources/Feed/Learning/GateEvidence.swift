internal import Trees

/// What the gate needs to know beside the artifacts: features as they were served, and speed.
public enum GateEvidence {
  /// Rows that a measurement of speed scores.
  private static let rows = 1_000
  private static let repeats = 5

  /// The fastest of a few runs of every forest over a thousand seeded rows, in microseconds.
  public static func latencyUs(_ model: RankingModel, _ time: any TimeSource) -> Double {
    let width = model.features.count
    var state: UInt64 = 0x6c61_7465_6e63_79
    let values = (0..<rows * width).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) * 0x1p-22 - 2
    }
    let forests = ([model.order] + model.heads.map { Optional($0.forest) }).compactMap { $0 }
      .compactMap { try? CompiledForest($0) }
    let scratch = ForestScratch()
    var scores: [Float] = []
    var best = UInt64.max
    for _ in 0..<repeats {
      let start = time.ticks
      for forest in forests {
        forest.score(rows: values.span, count: rows, linked: true, into: &scores, scratch: scratch)
      }
      best = min(best, time.ticks &- start)
    }
    return Double(best) / 1_000
  }
}
