import Feed
import Foundation
import Lab
import TestKit
import Testing
import Trees

@Suite struct RankerTrainerTests {
  private static func options() -> RankerOptions {
    var options = RankerOptions()
    (options.threads, options.bias, options.ablation) = (1, .off, false)
    (options.order.rounds, options.heads.rounds) = (25, 25)
    options.created = Timestamp(milliseconds: 7)
    return options
  }

  private static func train(
    _ table: TrainingTable, valid: TrainingTable? = nil, _ options: RankerOptions? = nil,
    progress: TrainingStep.Watch = { _ in true }
  ) throws(LabError) -> ModelArtifact {
    try RankerTrainer.train(
      table: table, valid: valid, options: options ?? Self.options(), time: FakeTime(),
      progress: progress)
  }

  @Test func aModelHoldsWhatAGateAsksFor() throws {
    let (table, _) = try ClickModel.pages(600, drawn: 1, seed: 1)
    let artifact = try Self.train(table)
    let manifest = artifact.manifest
    #expect(manifest.heads.map(\.name) == ["order", "click"])
    #expect(Set(artifact.files.keys) == ["order.json", "click.json"])
    #expect(manifest.features == ClickModel.features && manifest.created.milliseconds == 7)
    #expect(manifest.trainer.hasPrefix("xgboost "))
    #expect(manifest.data.requests == 600 && manifest.data.examples == 6_000)
    #expect(manifest.data.to.milliseconds == 599)
    #expect(manifest.profiles.map(\.feature) == ClickModel.features)
    #expect(manifest.smokeRows.count == 64 && manifest.smokeOutputs.map(\.count) == [64, 64])
    for name in ["ndcg@10", "map", "mrr", "auc.click", "gauc.click", "ece.click"] {
      #expect(manifest.metrics[name] != nil, "\(name)")
    }
    #expect((manifest.metrics["auc.click"] ?? 0) > 0.6)
    #expect((manifest.metrics["ece.click"] ?? 1) < 0.08)
    // A forest says of its smoke rows here what it said there.
    let rows = manifest.smokeRows.flatMap { $0 }
    for (head, outputs) in zip(manifest.heads, manifest.smokeOutputs) {
      let forest = try CompiledForest(try Forest.load(artifact.files[head.file] ?? []))
      var scores: [Float] = []
      forest.score(
        rows: rows.span, count: 64, linked: true, into: &scores,
        scratch: ForestScratch())
      for (own, theirs) in zip(scores, outputs) { #expect(abs(own - theirs) < 1e-5) }
    }
  }

  @Test func theSameTableGivesTheSameBytes() throws {
    let (table, _) = try ClickModel.pages(400, drawn: 0.2, seed: 2)
    var options = Self.options()
    (options.bias, options.ablation, options.threads) = (.auto, true, 2)
    let first = try Self.train(table, options)
    // Another training between does not change what chance follows from.
    options.seed = 5
    _ = try Self.train(table, options)
    options.seed = 0
    let again = try Self.train(table, options)
    #expect(first == again)
    options.seed = 5
    let other = try Self.train(table, options)
    #expect(other.files != first.files)
  }

  @Test func calibrationBringsProbabilitiesNearerToWhatIsSeen() throws {
    let (table, _) = try ClickModel.pages(1_500, drawn: 1, seed: 3)
    var options = Self.options()
    // Grown too far, a forest is too sure of itself.
    (options.heads.rounds, options.heads.patience, options.heads.eta) = (60, 60, 0.5)
    options.heads.depth = 8
    let (valid, _) = try ClickModel.pages(500, drawn: 1, seed: 4)
    for held in [nil, valid] as [TrainingTable?] {
      let metrics = try Self.train(table, valid: held, options).manifest.metrics
      let raw = try #require(metrics["ece.click.raw"])
      let calibrated = try #require(metrics["ece.click"])
      #expect(calibrated < 0.05)
      #expect(calibrated <= raw + 0.01)
    }
  }

  @Test func whatCannotBeLearnedIsSaid() throws {
    let (table, _) = try ClickModel.pages(100, drawn: 1, seed: 5)
    func changed(
      values: [Float]? = nil, grades: [Float]? = nil, labels: [UInt16]? = nil
    ) throws -> TrainingTable {
      try TrainingTable(
        features: table.features, values: values ?? table.values, groups: table.groups,
        grades: grades ?? table.grades, labels: labels ?? table.labels)
    }
    let ones = [Float](repeating: 1, count: table.count)
    let constant = try changed(values: [Float](repeating: 3, count: table.values.count))
    let missing = try changed(values: [Float](repeating: .nan, count: table.values.count))
    for flat in [constant, missing] {
      let error = #expect(throws: LabError.self) { try Self.train(flat) }
      #expect(error?.code == .training && error?.message.contains("same value") == true)
    }
    let clicks = [UInt16](repeating: Objective.click.bit, count: table.count)
    let oneClass = try changed(grades: ones, labels: clicks)
    let error = #expect(throws: LabError.self) { try Self.train(oneClass) }
    #expect(error?.message.contains("order: no request") == true)
    #expect(error?.message.contains("click: 0 rows") == true)
    // One class for the head only: the order stands alone.
    let order = try Self.train(try changed(labels: clicks))
    #expect(order.manifest.heads.map(\.name) == ["order"])
    // Every row of the same grade: the head stands alone, and is what orders.
    let alone = try Self.train(changed(grades: ones))
    #expect(alone.manifest.heads.map(\.name) == ["click"])
    let result = try RankerEvaluation(alone).run(table, samples: 0)
    #expect(result.head == "click")
    let few = table.picking([0, 1])
    #expect(throws: LabError.self) { try Self.train(few) }
    #expect(throws: LabError.self) { try Self.train(table, valid: table.picking([])) }
    let other = try TrainingTable(
      features: ["x"], values: [1], groups: [1], grades: [1], labels: [0])
    let mismatch = #expect(throws: LabError.self) { try Self.train(table, valid: other) }
    #expect(mismatch?.message.contains("other features") == true)
    #expect(throws: LabError.self) { try RankerEvaluation(alone).run(other) }
    var options = Self.options()
    options.order.eta = 0
    let wrong = #expect(throws: LabError.self) { try Self.train(table, options) }
    #expect(wrong?.code == .option && wrong?.message.contains("eta") == true)
  }

  @Test func emptyRequestsChangeNothing() throws {
    let (table, _) = try ClickModel.pages(200, drawn: 1, seed: 6)
    let holes = try TrainingTable(
      features: table.features, values: table.values, groups: table.groups.flatMap { [0, $0] },
      grades: table.grades, labels: table.labels)
    let plain = try TrainingTable(
      features: table.features, values: table.values, groups: table.groups, grades: table.grades,
      labels: table.labels)
    let first = try Self.train(holes, valid: holes)
    let second = try Self.train(plain, valid: plain)
    #expect(first.files == second.files)
  }

  @Test func aTrainingCanBeEnded() throws {
    let (table, _) = try ClickModel.pages(100, drawn: 1, seed: 7)
    var heard = 0
    let error = #expect(throws: LabError.self) {
      try Self.train(table) { step in
        heard += 1
        return heard < 5
      }
    }
    #expect(error?.code == .cancelled && heard == 5)
  }

  @Test func aSearchTriesSettingsAndKeepsTheBest() throws {
    let (table, _) = try ClickModel.pages(200, drawn: 1, seed: 8)
    var options = Self.options()
    (options.searchSeconds, options.searchTrialsMax, options.objectives) = (60, 6, [])
    var tried: [String] = []
    let watch: TrainingStep.Watch = { step in
      if step.stage.hasPrefix("search"), let finding = step.finding { tried.append(finding) }
      return true
    }
    let first = try Self.train(table, options, progress: watch)
    #expect(tried.count == 6 && tried[0].contains("the best"))
    let again = try Self.train(table, options)
    #expect(again == first)
    // The clock alone ends it too: each look at it takes a second.
    final class Hasty: TimeSource, @unchecked Sendable {
      var now: Timestamp { .zero }
      private var seconds: UInt64 = 0
      var ticks: UInt64 {
        seconds += 1
        return seconds * 1_000_000_000
      }
    }
    options.searchTrialsMax = 1_000
    tried = []
    _ = try RankerTrainer.train(
      table: table, valid: nil, options: options, time: Hasty(), progress: watch)
    #expect((1...5).contains(tried.count))
  }

  /// LightGBM's lambdarank sample. XGBoost 3.2 and LightGBM 4.7 reach 0.723 and 0.736 with their
  /// standard settings, and 0.758 at best with those of their examples, measured by
  /// Benchmarks/rank_lambda.py and its like.
  @Test(
    .enabled(
      if: realData("lightgbm-rank") != nil, "no lambdarank sample at UPDRAFT_DATA"))
  func ordersTheLambdarankSampleAsWellAsItsPeers() throws {
    let folder = try #require(realData("lightgbm-rank"))
    let tables = try SVMLightFile.read([
      (folder + "/rank.train.gz", folder + "/rank.train.query"),
      (folder + "/rank.test.gz", folder + "/rank.test.query"),
    ])
    #expect(tables[0].count == 3_005 && tables[0].groups.count == 201)
    #expect(tables[1].count == 768 && tables[1].groups.count == 50)
    var options = Self.options()
    options.order.rounds = isOptimised ? 100 : 30
    options.objectives = []
    let artifact = try Self.train(tables[0], valid: tables[1], options)
    let result = try RankerEvaluation(artifact).run(tables[1], samples: 0)
    let ndcg = try #require(result.order["ndcg@10"])
    print("lambdarank sample, NDCG@10: \(ndcg)")
    #expect(ndcg >= 0.753)
  }
}
