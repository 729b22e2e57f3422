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

  private func serving(_ values: [Float], count: Int = 2_000) -> ServingProfiles {
    var serving = ServingProfiles(artifact.manifest.profiles)
    var page = PageServed(
      user: "u", surface: "home", requestID: "r", offset: Offset(1), servedBy: 0, time: .zero,
      entries: [])
    page.features = [Feature.popularity.rawValue, Feature.recency.rawValue]
    page.requestFeatures = [3]
    for number in 0..<count {
      var entry = PageServed.Entry(item: "i", score: 0, sources: 0)
      entry.features = [values[number % values.count]]
      page.entries.append(entry)
    }
    serving.add(page)
    return serving
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

  @Test func tooFewRowsAreNotJudged() {
    let verdict = verdict(artifact, serving: serving([0.9], count: 999))
    #expect(verdict.isPassed)
    #expect(verdict.checks.contains { $0.detail.contains("999 rows were logged lately") })
  }

  /// Σ (s − t) ln(s/t), by hand: 0.5 and 0.5 against 0.25, 0.5, 0.25 with an empty middle.
  @Test func theStabilityIndexIsItsFormula() {
    let profile = artifact.manifest.profiles[0]
    let sample = serving([0.1, 0.9]).samples[0]
    // 2 · 0.25 ln 2 + (0.0001 − 0.5) ln(0.0001/0.5), as the empty bin counts as 0.0001.
    #expect(abs(FeatureDrift.psi(profile, sample) - 4.604_317) < 1e-5)
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
    #expect(FeatureDrift.meanShift(profile, sample) == .infinity)
  }
}
