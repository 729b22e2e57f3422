internal import Trees

/// What stands before every step of a model's life: pure checks, each with figure and limit, so
/// that a verdict can be read, kept and argued with.
public struct ModelGate: Sendable {
  /// Where it shuts.
  public let limits: GateLimits

  /// A gate.
  public init(_ limits: GateLimits = GateLimits()) { self.limits = limits }

  /// Judges a model.
  ///
  /// - Parameters:
  ///   - artifact: the model's.
  ///   - id: its hash.
  ///   - production: the manifest of the model in production; nil = none.
  ///   - serving: features as they were served lately, in the bins of the artifact's profiles.
  ///   - latencyUs: measures how long the model takes for a thousand rows, in microseconds.
  /// - Returns: every check that could be made; after a broken schema there is no other.
  public func judge(
    _ artifact: ModelArtifact, id: String, production: ModelManifest?, serving: ServingProfiles,
    latencyUs: (RankingModel) -> Double
  ) -> GateVerdict {
    let manifest = artifact.manifest
    let model: RankingModel
    do {
      model = try RankingModel(id: id, artifact)
    } catch {
      return GateVerdict(checks: [
        .init("schema", figure: 0, limit: 1, isPassed: false, detail: error.message)
      ])
    }
    var checks: [GateVerdict.Check] = [
      .init(
        "schema", figure: 1, limit: 1, isPassed: true,
        detail: "\(model.features.count) features and \(manifest.heads.count) heads are known")
    ]
    checks += smoke(manifest, model)
    checks += metrics(manifest, production)
    checks += calibration(manifest)
    checks += drift(serving)
    let latency = latencyUs(model)
    checks.append(
      .init(
        "latency", figure: latency, limit: limits.latencyUsMax,
        isPassed: latency <= limits.latencyUsMax,
        detail: "a thousand rows take \(Self.text(latency)) us, at most "
          + "\(Self.text(limits.latencyUsMax))"))
    return GateVerdict(checks: checks)
  }

  // MARK: Scores

  /// Outputs on the smoke test: there are some, they are the trainer's, they lie where they may,
  /// and they tell rows apart.
  private func smoke(_ manifest: ModelManifest, _ model: RankingModel) -> [GateVerdict.Check] {
    let rows = manifest.smokeRows.count
    var checks = [
      GateVerdict.Check(
        "smoke.rows", figure: Double(rows), limit: 2, isPassed: rows >= 2,
        detail: "\(rows) rows, at least 2")
    ]
    for (head, known) in zip(manifest.heads, manifest.smokeOutputs) where !known.isEmpty {
      let forest =
        head.name == RankingModel.orderName
        ? model.order : model.heads.first { $0.objective.name == head.name }?.forest
      let outputs = forest.flatMap { try? RankingModel.outputs($0, manifest.smokeRows) } ?? []
      let worst = zip(outputs, known).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .infinity
      let limit = RankingModel.smokeTolerance
      checks.append(
        .init(
          "smoke.equal", head.name, figure: Double(worst), limit: Double(limit),
          isPassed: worst <= limit,
          detail: "outputs differ from the trainer's by \(Self.text(Double(worst)))"))
      let low = outputs.min() ?? .nan
      let high = outputs.max() ?? .nan
      let isInside =
        forest?.link == .logistic ? low >= 0 && high <= 1 : low.isFinite && high.isFinite
      checks.append(
        .init(
          "smoke.range", head.name, figure: Double(high - low), limit: 0,
          isPassed: isInside && high > low,
          detail: "outputs reach from \(Self.text(Double(low))) to \(Self.text(Double(high)))"))
    }
    return checks
  }

  // MARK: Metrics

  /// Metrics of which more is better, by how their names begin.
  private static let ranking = ["ndcg", "auc", "map", "mrr", "hr", "recall", "precision"]

  private static func isRanking(_ name: String) -> Bool {
    ranking.contains { name == $0 || name.hasPrefix($0 + "@") || name.hasPrefix($0 + ".") }
  }

  private func metrics(
    _ manifest: ModelManifest, _ production: ModelManifest?
  ) -> [GateVerdict.Check] {
    let names = manifest.metrics.keys.filter(Self.isRanking).sorted()
    guard !names.isEmpty else {
      return [
        .init(
          "metrics", figure: 0, limit: 1, isPassed: false,
          detail: "no ranking metric is known, so nothing shows that it beats popularity")
      ]
    }
    var checks: [GateVerdict.Check] = []
    if !names.contains(where: { Self.head(of: $0).flatMap { tooFew(manifest, $0) } == nil }) {
      checks.append(
        .init(
          "metrics", figure: 0, limit: 1, isPassed: false,
          detail: "no ranking metric has positives enough, so nothing shows that it beats "
            + "popularity"))
    }
    for name in names {
      guard let value = manifest.metrics[name] else { continue }
      if let head = Self.head(of: name), let few = tooFew(manifest, head) {
        checks.append(unjudged("metrics", name, few))
        continue
      }
      if let floor = manifest.popularity[name] {
        checks.append(
          .init(
            "metrics.popularity", name, figure: value, limit: floor, isPassed: value > floor,
            detail: "\(Self.text(value)), recent popularity \(Self.text(floor))"))
      }
      guard let production else { continue }
      if let head = Self.head(of: name), let few = tooFew(production, head) {
        checks.append(unjudged("metrics.production", name, few, " of the one in production"))
      } else if let check = against(production, manifest, name) {
        checks.append(check)
      }
    }
    return checks
  }

  /// The head that a metric is of, such as `click` of `auc.click`; nil = of the order.
  private static func head(of metric: String) -> String? {
    metric.firstIndex(of: ".").map { String(metric[metric.index(after: $0)...]) }
      .flatMap { Objective.named($0) == nil ? nil : $0 }
  }

  /// How many positives judged a head, if these are too few to say anything; nil = enough, or not
  /// known.
  private func tooFew(_ manifest: ModelManifest, _ head: String) -> Double? {
    guard let positives = manifest.metrics["positives.\(head)"] else { return nil }
    return positives < Double(limits.positivesMin) ? positives : nil
  }

  private func unjudged(
    _ check: String, _ subject: String, _ positives: Double, _ whose: String = ""
  ) -> GateVerdict.Check {
    .init(
      check, subject, figure: positives, limit: Double(limits.positivesMin), isPassed: true,
      detail:
        "not judged: \(Int(max(0, positives))) positives among the rows that judge it\(whose), "
        + "\(limits.positivesMin) are needed")
  }

  /// Against production: on the same rows the metric itself; on others its lead over recent
  /// popularity on those rows, as weeks differ in how easy they are.
  private func against(
    _ production: ModelManifest, _ manifest: ModelManifest, _ name: String
  ) -> GateVerdict.Check? {
    guard let value = manifest.metrics[name], let other = production.metrics[name] else {
      return nil
    }
    if manifest.data == production.data {
      return .init(
        "metrics.production", name, figure: value, limit: other - limits.metricSlack,
        isPassed: value >= other - limits.metricSlack,
        detail: "\(Self.text(value)), in production \(Self.text(other))")
    }
    guard let floor = manifest.popularity[name], let otherFloor = production.popularity[name]
    else { return nil }
    let lead = value - floor
    let otherLead = other - otherFloor
    return .init(
      "metrics.production", name, figure: lead, limit: otherLead - limits.metricSlack,
      isPassed: lead >= otherLead - limits.metricSlack,
      detail: "leads popularity by \(Self.text(lead)), the one in production by "
        + Self.text(otherLead))
  }

  private func calibration(_ manifest: ModelManifest) -> [GateVerdict.Check] {
    var checks: [GateVerdict.Check] = []
    for head in manifest.heads where head.name != RankingModel.orderName {
      if let few = tooFew(manifest, head.name) {
        checks.append(unjudged("calibration", head.name, few))
        continue
      }
      guard let error = manifest.metrics["ece.\(head.name)"] else {
        checks.append(
          .init(
            "calibration", head.name, figure: .infinity, limit: limits.calibrationErrorMax,
            isPassed: false, detail: "its calibration error (ece.\(head.name)) is not known"))
        continue
      }
      checks.append(
        .init(
          "calibration", head.name, figure: error, limit: limits.calibrationErrorMax,
          isPassed: error <= limits.calibrationErrorMax,
          detail: "expected calibration error \(Self.text(error)), at most "
            + Self.text(limits.calibrationErrorMax)))
    }
    return checks
  }

  // MARK: Drift

  /// Features of the clock are left out: the newest events are of a few hours, training is of days,
  /// and a gate that always names the hour would be forced always.
  private func drift(_ serving: ServingProfiles) -> [GateVerdict.Check] {
    guard !serving.profiles.isEmpty else {
      return [
        .init(
          "drift", figure: 0, limit: 0, isPassed: true,
          detail: "not judged: the model says nothing of how its features were distributed")
      ]
    }
    guard serving.rows >= limits.driftRowsMin else {
      return [
        .init(
          "drift", figure: Double(serving.rows), limit: Double(limits.driftRowsMin),
          isPassed: true,
          detail: "not judged: \(serving.rows) rows were logged lately, "
            + "\(limits.driftRowsMin) are needed")
      ]
    }
    return serving.profiles.indices.flatMap { place in
      let sample = serving.samples[place]
      let isOfClock = Feature.named(serving.profiles[place].feature)?.isOfClock == true
      return sample.present + sample.missing > 0 && !isOfClock ? drift(serving, place) : []
    }
  }

  private func drift(_ serving: ServingProfiles, _ place: Int) -> [GateVerdict.Check] {
    let (profile, sample) = (serving.profiles[place], serving.samples[place])
    let (lag, draws) = (serving.lagDays, serving.draws(of: place))
    let psi = FeatureDrift.psi(profile, sample)
    let own = FeatureDrift.psiMax(profile, limit: limits.psiMax, lagDays: lag)
    let psiMax = max(own, FeatureDrift.psiByChance(profile, sample, draws: draws))
    let shift = FeatureDrift.meanShift(profile, sample, lagDays: lag)
    let shiftMax = max(
      limits.meanShiftMax, FeatureDrift.meanShiftByChance(profile, draws: draws))
    let chance =
      ", which chance alone makes of \(sample.requests) requests "
      + "and \(serving.items) items" + (serving.authors.map { " of \($0) authors" } ?? "")
    let moving = ", as fast as it moved in training by itself"
    let goal = Self.text(profile.mean + profile.trend * lag)
    let trained = goal == Self.text(profile.mean) ? "" : ", on its way to \(goal)"
    return [
      .init(
        "drift.psi", profile.feature, figure: psi, limit: psiMax, isPassed: psi <= psiMax,
        detail: "stability index \(Self.text(psi)), at most \(Self.text(psiMax))"
          + (psiMax > own ? chance : Self.text(own) == Self.text(limits.psiMax) ? "" : moving)),
      .init(
        "drift.mean", profile.feature, figure: shift, limit: shiftMax,
        isPassed: shift <= shiftMax,
        detail: "mean \(Self.text(profile.mean)) in training\(trained), "
          + "\(Self.text(sample.mean ?? .nan)) in serving, a shift of "
          + "\(Self.text(shift * 100)) %, at most \(Self.text(shiftMax * 100)) %"
          + (shiftMax > limits.meanShiftMax ? chance : "")),
    ]
  }

  /// A number with four digits, for people.
  static func text(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    if abs(value) >= 1_000 { return "\(Int(value.rounded()))" }
    return "\((value * 10_000).rounded() / 10_000)"
  }
}
