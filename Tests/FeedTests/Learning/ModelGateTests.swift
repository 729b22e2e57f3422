import Feed
import TestKit
import Testing

@Suite("The gate")
struct ModelGateTests {
  private let artifact = SmallModel.artifact()

  private func verdict(
    _ artifact: ModelArtifact, production: ModelManifest? = nil, serving: ServingProfiles? = nil,
    latencyUs: Double = 10
  ) -> GateVerdict {
    ModelGate().judge(
      artifact, id: "a", production: production,
      serving: serving ?? ServingProfiles(artifact.manifest.profiles)
    ) { _ in latencyUs }
  }

  private func failures(_ verdict: GateVerdict) -> [String] {
    verdict.failures.map { $0.name + ($0.subject.isEmpty ? "" : " " + $0.subject) }
  }

  @Test func aGoodModelPasses() {
    let verdict = verdict(artifact)
    #expect(verdict.isPassed, "\(verdict.summary)")
    #expect(
      verdict.checks.map(\.name) == [
        "schema", "smoke.rows", "smoke.equal", "smoke.range", "metrics.popularity",
        "metrics.popularity", "calibration", "drift", "latency",
      ])
    #expect(verdict.summary == "all 9 checks passed")
  }

  /// Each fault shuts the gate by the check of its name, and by no other.
  static let faults: [(String, @Sendable (inout ModelManifest) -> Void)] = [
    ("metrics.popularity ndcg@10", { $0.metrics["ndcg@10"] = 0.4 }),
    ("metrics.popularity auc.click", { $0.metrics["auc.click"] = 0.59 }),
    ("metrics", { $0.metrics = ["ece.click": 0.01] }),
    ("calibration click", { $0.metrics["ece.click"] = 0.051 }),
    ("calibration click", { $0.metrics["ece.click"] = nil }),
    (
      "smoke.rows",
      {
        $0.smokeRows = []
        $0.smokeOutputs = [[]]
      }
    ),
    (
      "smoke.range click",
      {
        $0.smokeRows[1] = $0.smokeRows[0]
        $0.smokeOutputs[0][1] = $0.smokeOutputs[0][0]
      }
    ),
    ("schema", { $0.features[1] = "shoe_size" }),
    ("schema", { $0.smokeOutputs[0][0] += 0.001 }),
  ]

  @Test(arguments: faults.indices)
  func aFaultShutsTheGate(_ index: Int) {
    var artifact = artifact
    Self.faults[index].1(&artifact.manifest)
    #expect(failures(verdict(artifact)) == [Self.faults[index].0])
  }

  /// A head of which hardly anything is known shuts nothing, whatever its metrics say.
  @Test func aHeadWithFewPositivesIsNotJudged() {
    var artifact = artifact
    artifact.manifest.metrics["auc.click"] = 0.4
    artifact.manifest.metrics["ece.click"] = 0.5
    artifact.manifest.metrics["positives.click"] = 99
    let few = verdict(artifact)
    #expect(few.isPassed, "\(few.summary)")
    let told = few.checks.filter { $0.detail.contains("not judged: 99 positives") }
    #expect(told.map(\.name) == ["metrics", "calibration"])
    artifact.manifest.metrics["positives.click"] = 100
    #expect(
      failures(verdict(artifact)) == ["metrics.popularity auc.click", "calibration click"])
    // Nothing is known of the one in production either.
    var production = SmallModel.artifact().manifest
    production.metrics["auc.click"] = 0.9
    artifact = self.artifact
    #expect(
      failures(verdict(artifact, production: production)) == ["metrics.production auc.click"])
    production.metrics["positives.click"] = 3
    #expect(verdict(artifact, production: production).isPassed)
    // Something must be known.
    artifact.manifest.metrics = ["auc.click": 0.9, "ece.click": 0.01, "positives.click": 3]
    #expect(failures(verdict(artifact)) == ["metrics"])
  }

  @Test func slownessShutsTheGate() {
    #expect(failures(verdict(artifact, latencyUs: 5_001)) == ["latency"])
    #expect(failures(verdict(artifact, latencyUs: .nan)) == ["latency"])
  }

  @Test func onTheSameRowsProductionIsTheMeasure() {
    var production = artifact.manifest
    production.metrics["ndcg@10"] = 0.51
    #expect(failures(verdict(artifact, production: production)) == ["metrics.production ndcg@10"])
    production.metrics["ndcg@10"] = 0.504
    #expect(verdict(artifact, production: production).isPassed)
  }

  @Test func onOtherRowsTheLeadOverPopularityIs() {
    var production = artifact.manifest
    production.data.offset += 1
    // An easier week: everything was better then, the lead was smaller.
    production.metrics["ndcg@10"] = 0.8
    production.popularity["ndcg@10"] = 0.75
    #expect(verdict(artifact, production: production).isPassed)
    production.popularity["ndcg@10"] = 0.6
    #expect(failures(verdict(artifact, production: production)) == ["metrics.production ndcg@10"])
  }

  // MARK: Drift

  /// Pages of five items each, whose recency goes through some values.
  private func serving(_ values: [Float], count: Int = 2_000) -> ServingProfiles {
    var serving = ServingProfiles(artifact.manifest.profiles)
    fill(&serving, values, count: count)
    return serving
  }

  private func fill(
    _ serving: inout ServingProfiles, _ values: [Float], count: Int = 2_000, each shown: Int = 5
  ) {
    var page = PageServed(
      user: "u", surface: "home", requestID: "r", offset: Offset(1), servedBy: 0, time: .zero,
      entries: [])
    page.features = [Feature.popularity.rawValue, Feature.recency.rawValue]
    page.requestFeatures = [3]
    for number in 0..<count {
      var entry = PageServed.Entry(item: "i\(number)", score: 0, sources: 0)
      entry.features = [values[number % values.count]]
      page.entries.append(entry)
      if page.entries.count == shown || number == count - 1 {
        serving.add(page)
        page.entries = []
      }
    }
  }

  @Test func whatIsServedAsItWasTrainedPasses() {
    let serving = serving([0.1, 0.4, 0.6, 0.9])
    #expect(serving.rows == 2_000)
    #expect(serving.samples[0].counts == [500, 1_000, 500])
    let verdict = verdict(artifact, serving: serving)
    #expect(verdict.isPassed, "\(verdict.summary)")
    #expect(
      verdict.checks.filter { $0.name.hasPrefix("drift") }.map(\.subject) == [
        "recency", "recency",
      ])
  }

  @Test func aSkewedFeatureIsNamed() {
    // Its mean went from 0.5 to 0.56, 12 %, within nearly the same bins.
    #expect(
      failures(verdict(artifact, serving: serving([0.2, 0.45, 0.65, 0.94])))
        == ["drift.mean recency"])
    // The same mean, other bins.
    #expect(
      failures(verdict(artifact, serving: serving([0.1, 0.9]))) == ["drift.psi recency"])
    // Half of it is missing now.
    #expect(
      failures(
        verdict(artifact, serving: serving([0.1, 0.4, 0.6, 0.9, .nan, .nan, .nan, .nan])))
        == ["drift.psi recency"])
  }

  @Test func theHourOfServingIsNoSkew() {
    var profile = artifact.manifest.profiles[0]
    profile.feature = Feature.hourSine.name
    var serving = ServingProfiles([profile])
    var page = PageServed(
      user: "u", surface: "home", requestID: "r", offset: Offset(1), servedBy: 0, time: .zero,
      entries: [.init(item: "i", score: 0, sources: 0)])
    page.features = [Feature.hourSine.rawValue, Feature.recency.rawValue]
    page.requestFeatures = [0.95]
    page.entries[0].features = [0.5]
    for _ in 0..<2_000 { serving.add(page) }
    // One hour of the day that training was of.
    #expect(serving.samples[0].present == 2_000)
    #expect(FeatureDrift.psi(profile, serving.samples[0]) > GateLimits().psiMax)
    #expect(failures(verdict(artifact, serving: serving)).isEmpty)
  }

  /// A feature of the request counts once a page, however many items the page shows.
  @Test func requestsAreCountedNotTheirRows() {
    var profile = artifact.manifest.profiles[0]
    profile.feature = Feature.userDeeds.name
    var serving = ServingProfiles([profile])
    for number in 0..<100 {
      var page = PageServed(
        user: "u", surface: "home", requestID: "r", offset: Offset(1), servedBy: 0, time: .zero,
        entries: [])
      page.features = [Feature.userDeeds.rawValue, Feature.recency.rawValue]
      page.requestFeatures = [number % 4 == 0 ? 0.1 : 0.5]
      for _ in 0..<(number % 4 == 0 ? 40 : 2) {
        var entry = PageServed.Entry(item: "i", score: 0, sources: 0)
        entry.features = [0.5]
        page.entries.append(entry)
      }
      serving.add(page)
    }
    #expect(serving.rows == 25 * 40 + 75 * 2)
    #expect(serving.samples[0].counts == [25, 75, 0] && serving.samples[0].requests == 100)
  }

  // MARK: Time and chance

  /// The model learned from four days, its profiles are of the last one, and recency rose by a
  /// tenth a day.
  private func serving(
    _ values: [Float], days: Double, trend: Double = 0.1
  ) -> (ServingProfiles, [String]) {
    let day = { (number: Double) in Timestamp(milliseconds: Int64(number * 86_400_000)) }
    var manifest = artifact.manifest
    (manifest.data.from, manifest.data.to) = (day(100), day(104))
    (manifest.profiled.from, manifest.profiled.to) = (day(103), day(104))
    manifest.profiled.requests = 10_000
    manifest.profiles[0].trend = trend
    manifest.profiles[0].speed = 6 * trend
    var serving = ServingProfiles(manifest, from: day(103 + days), to: day(104 + days))
    fill(&serving, values)
    return (serving, failures(verdict(artifact, serving: serving)))
  }

  @Test func aFeatureMayGoOnAsItWentInTraining() {
    let values: [Float] = [0.1, 0.4, 0.6, 0.9]
    let later = { (rise: Float) in values.map { $0 + rise } }
    #expect(serving(values, days: 2).1.isEmpty, "it need not")
    #expect(serving(later(0.1), days: 2).1.isEmpty, "nor as far")
    #expect(serving(later(0.2), days: 2).1.isEmpty)
    #expect(
      serving(later(0.2), days: 2, trend: 0).1 == ["drift.psi recency", "drift.mean recency"])
    #expect(serving(later(0.4), days: 2).1.contains("drift.mean recency"), "twice as fast")
    #expect(serving(later(-0.2), days: 2).1.contains("drift.mean recency"), "the other way")
    // No longer than training saw it go on.
    #expect(serving(later(0.4), days: 40).1.isEmpty)
    #expect(serving(later(0.8), days: 40).1.contains("drift.mean recency"))
    #expect(serving(values, days: -1).0.lagDays == 0, "served before it was trained")
  }

  @Test func whatChanceMakesOfFewRequestsIsNoDrift() throws {
    var serving = ServingProfiles(artifact.manifest.profiles, profiledRequests: 40)
    // 12 % more, of 400 requests beside 40.
    fill(&serving, [0.2, 0.45, 0.65, 0.94])
    let verdict = verdict(artifact, serving: serving)
    #expect(verdict.isPassed, "\(verdict.summary)")
    let check = try #require(verdict.checks.first { $0.name == "drift.mean" })
    #expect(check.limit > 0.1 && check.detail.contains("chance alone makes of 400 requests"))
    #expect(serving.draws(of: 0) == 1.0 / 400 + 1.0 / 40)
    // What no chance makes is drift of however few requests.
    serving = ServingProfiles(artifact.manifest.profiles, profiledRequests: 40)
    fill(&serving, [0.9])
    #expect(
      failures(self.verdict(artifact, serving: serving)) == [
        "drift.psi recency", "drift.mean recency",
      ])
  }

  /// Samples of one distribution on both sides: of a thousand, hardly one is beyond the bounds.
  @Test(arguments: [(50, 50), (200, 1_000), (2_000, 300)])
  func theBoundsOfChanceHold(_ profiled: Int, _ served: Int) {
    var chance = SeededGenerator.announced("drift of \(profiled) and \(served) requests")
    let edges = (1..<10).map { Float($0) / 10 }
    var (psi, mean) = (0, 0)
    for _ in 0..<1_000 {
      var counts = [Double](repeating: 0, count: 10)
      var (sum, squares) = (0.0, 0.0)
      for _ in 0..<profiled {
        let value = Double.random(in: 0..<1, using: &chance)
        counts[Int(value * 10)] += 1
        sum += value
        squares += value * value
      }
      let count = Double(profiled)
      let middle = sum / count
      let profile = ModelManifest.Profile(
        feature: "recency", mean: middle,
        deviation: (squares / count - middle * middle).squareRoot(),
        missing: 0, edges: edges, shares: counts.map { $0 / count })
      var serving = ServingProfiles([profile], profiledRequests: profiled)
      fill(
        &serving, (0..<served).map { _ in Float.random(in: 0..<1, using: &chance) }, count: served,
        each: 1)
      let (sample, draws) = (serving.samples[0], serving.draws(of: 0))
      let index = FeatureDrift.psi(profile, sample)
      if index > FeatureDrift.psiByChance(profile, sample, draws: draws) { psi += 1 }
      let shift = FeatureDrift.meanShift(profile, sample)
      if shift > FeatureDrift.meanShiftByChance(profile, draws: draws) { mean += 1 }
    }
    #expect(psi <= 8 && mean <= 8, "\(psi) and \(mean) of 1000")
  }

  @Test func tooFewRowsAreNotJudged() {
    let verdict = verdict(artifact, serving: serving([0.9], count: 999))
    #expect(verdict.isPassed)
    #expect(verdict.checks.contains { $0.detail.contains("999 rows were logged lately") })
  }

  /// Σ (s − t) ln(s/t), by hand: 0.5 and 0.5 against 0.25, 0.5, 0.25 with an empty middle.
  @Test func theStabilityIndexIsItsFormula() {
    let profile = artifact.manifest.profiles[0]
    let sample = serving([0.1, 0.9]).samples[0]
    // 2 · 0.25 ln 2 + (0.00125 − 0.5) ln(0.00125/0.5), as the empty bin counts as half a request
    // of 400.
    #expect(abs(FeatureDrift.psi(profile, sample) - 3.334817) < 1e-5)
    #expect(FeatureDrift.meanShift(profile, sample) == 0)
  }

  @Test func aMeanNearZeroIsMeasuredByTheDeviation() {
    var profile = artifact.manifest.profiles[0]
    profile.mean = 0.001
    profile.deviation = 0.5
    let sample = serving([0.051]).samples[0]
    #expect(abs(FeatureDrift.meanShift(profile, sample) - 0.1) < 1e-6)
    profile.mean = 0.25
    profile.deviation = 0
    #expect(abs(FeatureDrift.meanShift(profile, sample) - 0.796) < 1e-6)
    profile.mean = 0
    #expect(abs(FeatureDrift.meanShift(profile, sample) - 5.1) < 1e-6)
  }
}
