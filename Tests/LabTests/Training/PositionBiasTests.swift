import Feed
import Foundation
import Lab
import TestKit
import Testing

@Suite struct PositionBiasTests {
  private let quiet = TrainingWatch { _ in true }

  @Test(arguments: 1...3)
  func drawnPlacesTellTheCurve(_ seed: UInt64) throws {
    let (table, _) = try ClickModel.pages(10_000, drawn: 0.5, seed: seed)
    let bias = try #require(PositionBias.randomised(table))
    #expect(bias.source == .randomised && bias.examination.count == ClickModel.places)
    #expect(ClickModel.error(bias) < 0.06, "seed \(seed): \(bias.examination)")
    // What the old score put up there is better, so that plain click rates fall too steeply.
    let (served, _) = try ClickModel.pages(4_000, drawn: 0, seed: seed)
    #expect(PositionBias.randomised(served) == nil)
  }

  @Test(arguments: 1...2)
  func regressionTellsTheCurveWithoutDrawnPlaces(_ seed: UInt64) throws {
    let (table, _) = try ClickModel.pages(4_000, drawn: 0, seed: seed)
    let parts = table.parts([0.8, 0.2])
    let bias = try #require(
      try PositionBias.byRegression(
        parts[0], stop: parts[1], seed: seed, threads: 1, watch: quiet))
    #expect(ClickModel.error(bias) < 0.07, "seed \(seed): \(bias.examination)")
    // The twin that takes click rates for the curve is further off.
    var rates = [Double](repeating: 0, count: ClickModel.places)
    for (label, place) in zip(table.labels, table.positions) where label != 0 {
      rates[Int(place)] += 1
    }
    let naive = PositionBias(
      source: .randomised, examination: rates.map { Float($0 / rates[0]) })
    #expect(ClickModel.error(bias) < ClickModel.error(naive), "seed \(seed)")
  }

  @Test func placesWithFewClicksAreTakenTogether() {
    let pools = PlacePools(
      [(100, 30), (100, 5), (100, 10), (100, 9), (100, 2)], clicksMin: 12)
    #expect(pools.pool == [0, 1, 1, 2, 2])
    let curve = pools.curve([0.4, 0.2, 0.1])
    #expect(curve.count == 5 && curve[0] == 1)
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 >= $1 })
    // Level behind the last pool, and unknown pools are bridged.
    #expect(curve[4] >= 0.2499 && curve[4] < 0.32)
    #expect(pools.curve([nil, nil, nil]).isEmpty)
    #expect(pools.curve([0.5, nil, 0.5]) == [1, 1, 1, 1, 1])
  }

  @Test func weightsAreClippedAndOnlyThereWhereTheBiasIsKnown() throws {
    let (table, _) = try ClickModel.pages(1, drawn: 0, seed: 1)
    let bias = PositionBias(source: .randomised, examination: [1, 0.5, 0.05])
    let weights = bias.weights(table, clip: 10)
    #expect(weights[..<4] == [1, 2, 10, 10])
    #expect(PositionBias.none.weights(table, clip: 10).isEmpty)
    #expect(PositionBias.none.chance(7) == 1)
  }

  /// An order that is learned from clicks as they are repeats what stood above; weights bring it
  /// nearer to what pleases.
  @Test(arguments: 1...2)
  func weightsBringTheOrderNearerToWhatPleases(_ seed: UInt64) throws {
    let (table, _) = try ClickModel.pages(3_000, drawn: 0.1, seed: seed)
    let (fresh, pleases) = try ClickModel.pages(400, drawn: 1, seed: seed + 100)
    let truth = try TrainingTable(
      features: fresh.features, values: fresh.values, groups: fresh.groups,
      grades: pleases.map { Float($0) * 4 }, labels: fresh.labels)
    var found: [Double] = []
    for bias in [RankerOptions.Bias.auto, .off] {
      var options = RankerOptions()
      (options.bias, options.threads, options.seed) = (bias, 1, seed)
      options.objectives = [.click]
      options.order.depth = 4
      (options.order.rounds, options.heads.rounds) = (60, 60)
      let artifact = try RankerTrainer.train(
        table: table, valid: nil, options: options, time: FakeTime(), progress: { _ in true })
      let manifest = artifact.manifest
      if bias == .auto {
        #expect(manifest.parameters["bias"] == "randomised")
        let with = try #require(manifest.metrics["dcg@10.ipw"])
        let without = try #require(manifest.metrics["dcg@10.ipw.without"])
        #expect(with > without, "seed \(seed)")
      } else {
        #expect(manifest.parameters["bias"] == "none")
        #expect(manifest.metrics["dcg@10.ipw"] == nil)
      }
      let result = try RankerEvaluation(artifact).run(truth, samples: 0)
      found.append(try #require(result.order["ndcg@10"]))
    }
    #expect(found[0] > found[1] + 0.01, "seed \(seed): \(found)")
  }
}
