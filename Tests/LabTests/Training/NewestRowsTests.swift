import Feed
import Glibc
import Lab
import TestKit
import Testing

/// Which rows a model's profiles are of, and what they say of them.
@Suite struct NewestRowsTests {
  private static let hour: Int64 = 3_600_000
  private static let features = [Feature.recency.name, Feature.userDeeds.name]

  /// Requests of two rows each at some hours: the item's feature is the hour and the hour and a
  /// half, the request's is twice the hour.
  private func table(_ hours: [Int64], isTimed: Bool = true) throws -> TrainingTable {
    try TrainingTable(
      features: Self.features,
      values: hours.flatMap { hour -> [Float] in
        [Float(hour), 2 * Float(hour), Float(hour) + 0.5, 2 * Float(hour)]
      }, groups: hours.map { _ in 2 }, grades: hours.flatMap { _ in [0, 1] },
      labels: hours.flatMap { _ in [0, 1] },
      times: isTimed ? hours.map { Timestamp(milliseconds: (1_000 + $0) * Self.hour) } : [])
  }

  @Test func heldOutRowsAreMadeWholeDays() throws {
    let newest = NewestRows([
      try table(Array(0..<70)), try table(Array(70..<85)), try table(Array(85..<100)),
    ])
    // 30 hours were held out, 2 days are taken.
    #expect(newest.range.requests == 48 && newest.range.examples == 96)
    #expect(newest.range.to == Timestamp(milliseconds: 1_099 * Self.hour))
    #expect(newest.range.from == Timestamp(milliseconds: 1_051 * Self.hour + 1))
    let profiles = newest.profiles
    #expect(profiles.map(\.feature) == Self.features)
    #expect(profiles[0].mean == 75.75 && profiles[1].mean == 151)
    // An hour's value rises by 1 an hour, over all rows.
    #expect(abs(profiles[0].trend - 24) < 1e-6 && abs(profiles[1].trend - 48) < 1e-6)
    // The two days before lie below all edges but the first: all of them are in its bin.
    let shares = profiles[1].shares
    let least = 0.5 / 48
    let index = shares.enumerated().reduce(0) { sum, share in
      let before = share.offset == 0 ? 1 : least
      return sum + (before - share.element) * log(before / share.element)
    }
    let expected = (index - Double(shares.count - 1) * 2 / 48).squareRoot() / 2
    #expect(abs(profiles[1].speed - expected) < 1e-6, "\(profiles[1].speed), \(expected)")
  }

  /// Of what does not move, the speed is what chance leaves of it.
  @Test func whatStandsStillHasNoSpeed() throws {
    var chance = SeededGenerator.announced("still")
    let values = (0..<2 * 2_000).map { _ in Float.random(in: 0..<1, using: &chance) }
    let times = (0..<2_000).map { Timestamp(milliseconds: (1_000 * 60 + $0 * 6) * 60_000) }
    let whole = try TrainingTable(
      features: ["recency", "candidates"], values: values, groups: times.map { _ in 1 },
      grades: times.map { _ in 0 }, labels: times.map { _ in 0 }, times: times)
    let parts = whole.parts([0.7, 0.15, 0.15])
    for profile in NewestRows(parts).profiles {
      #expect(profile.speed < 0.1 && abs(profile.trend) < 0.01, "\(profile.speed)")
    }
  }

  @Test func whereThereIsNoDayTheHeldOutRowsAreTaken() throws {
    let newest = NewestRows([try table([0, 1, 2, 3]), try table([4, 5])])
    #expect(newest.range.requests == 2 && newest.profiles[0].mean == 4.75)
    #expect(newest.range.from == Timestamp(milliseconds: 1_004 * Self.hour))
    // Without times nothing is known of when they were, nor of a trend.
    let untimed = NewestRows([
      try table([0, 1, 2, 3], isTimed: false), try table([4, 5], isTimed: false),
    ])
    #expect(untimed.range.requests == 2 && untimed.range.to == .zero)
    #expect(untimed.profiles[0].mean == 4.75 && untimed.profiles[0].trend == 0)
    // Requests of one instant have no trend.
    let instant = NewestRows([try table([7, 7, 7]), try table([7, 7])])
    #expect(instant.profiles[0].trend == 0 && instant.range.requests == 5)
  }

  /// A bin of hardly any row would make an index of what a few requests did.
  @Test func binsHaveMass() {
    var chance = SeededGenerator.announced("bins")
    for _ in 0..<200 {
      let spike = Double.random(in: 0...1, using: &chance)
      let values = (0..<1_000).map { _ in
        chance.chance(spike) ? Float(0) : Float.random(in: -1...3, using: &chance)
      }
      let profile = FeatureProfile.profile("x", values)
      #expect(abs(profile.shares.reduce(0, +) - 1) < 1e-9)
      #expect(profile.edges.count < 10)
      guard profile.edges.count > 1 else { continue }
      #expect(profile.shares.dropFirst().allSatisfy { $0 >= 0.05 }, "\(spike): \(profile.shares)")
    }
    // Of a rare value the one edge stays, so that it is seen when it is rare no more.
    let rare = FeatureProfile.profile("x", [Float](repeating: 0, count: 999) + [1])
    #expect(rare.edges == [0] && rare.shares == [0.999, 0.001])
  }
}
