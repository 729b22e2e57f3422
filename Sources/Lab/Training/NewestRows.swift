package import Feed

/// The newest requests that a model was trained from: what its profiles are of, as what is served
/// next is like them rather than like the oldest rows.
///
/// They are the held-out ones, on which its metrics were taken, and as many before them as make the
/// time whole days, where that many are there: hours of the day differ more than days do.
package struct NewestRows {
  private static let dayMs: Int64 = 86_400_000

  /// What they are.
  package let range: ModelManifest.DataRange
  private let tables: [TrainingTable]
  /// Groups of each table that are among them.
  private let groups: [[Int]]

  /// - Parameters:
  ///   - tables: what was learned from first, then what was held out; of the same columns.
  package init(_ tables: [TrainingTable]) {
    self.tables = tables
    let start = Self.start(tables)
    groups = tables.enumerated().map { place, table in
      table.groups.indices.filter { group in
        guard table.groups[group] > 0 else { return false }
        guard let start else { return place > 0 }
        return table.times[group] >= start
      }
    }
    var range = ModelManifest.DataRange()
    for (table, picked) in zip(tables, groups) {
      range.requests += picked.count
      for group in picked { range.examples += table.groups[group] }
    }
    if let start {
      range.from = start
      range.to = tables.flatMap(\.times).max() ?? start
    }
    self.range = range
  }

  /// The first instant that is among them; nil = times are not known, so only held-out rows are.
  private static func start(_ tables: [TrainingTable]) -> Timestamp? {
    guard tables.allSatisfy({ $0.times.count == $0.groups.count && !$0.groups.isEmpty }) else {
      return nil
    }
    let all = tables.flatMap(\.times)
    guard let first = all.min(), let last = all.max(),
      let held = tables.dropFirst().flatMap(\.times).min()
    else { return nil }
    let length = last.milliseconds - held.milliseconds
    let whole = (length / dayMs + (length % dayMs > 0 ? 1 : 0)) * dayMs
    // A day that ends with the last request begins just after the request a day before it.
    let start = last.advanced(milliseconds: 1 - max(dayMs, whole))
    return start >= first ? min(start, held) : held
  }

  /// One profile a feature, in the order of the columns; one of the request counts once a request.
  package var profiles: [ModelManifest.Profile] {
    guard let features = tables.first?.features else { return [] }
    let before = before
    return features.indices.map { column in
      let isOfRequest = Feature.named(features[column])?.isOfRequest == true
      var profile = FeatureProfile.profile(features[column], values(groups, column, isOfRequest))
      guard range.to > .zero else { return profile }
      profile.trend = trend(column, isOfRequest)
      profile.speed = speed(profile, column, isOfRequest, since: before)
      return profile
    }
  }

  private func values(_ groups: [[Int]], _ column: Int, _ isOfRequest: Bool) -> [Float] {
    var values: [Float] = []
    for (table, picked) in zip(tables, groups) {
      let width = table.features.count
      for group in picked {
        let first = table.starts[group]
        let end = isOfRequest ? first + 1 : table.starts[group + 1]
        for row in first..<end { values.append(table.values[row * width + column]) }
      }
    }
    return values
  }

  // MARK: What moves by itself

  /// The groups of as long a time before the newest rows.
  private var before: [[Int]] {
    let length = range.to.milliseconds - range.from.milliseconds
    let start = range.from.advanced(milliseconds: -max(1, length))
    return tables.map { table in
      guard table.times.count == table.groups.count else { return [] }
      return table.groups.indices.filter { group in
        table.groups[group] > 0 && table.times[group] < range.from && table.times[group] >= start
      }
    }
  }

  /// How fast the distribution moves, from the rows before to the newest ones; see `Profile.speed`.
  private func speed(
    _ profile: ModelManifest.Profile, _ column: Int, _ isOfRequest: Bool, since before: [[Int]]
  ) -> Double {
    var sample = ServingProfiles.Sample(bins: profile.edges.count + 1)
    sample.requests = before.reduce(0) { $0 + $1.count }
    for value in values(before, column, isOfRequest) {
      guard value.isFinite else {
        sample.missing += 1
        continue
      }
      sample.present += 1
      sample.counts[ServingProfiles.bin(of: value, profile.edges)] += 1
    }
    let draws = 1 / Double(max(1, sample.requests)) + 1 / Double(max(1, range.requests))
    return FeatureDrift.speed(
      profile, sample, draws: draws, days: middle(groups) - middle(before))
  }

  /// The middle of the times of some groups, in days; 0 without any.
  private func middle(_ groups: [[Int]]) -> Double {
    let times = zip(tables, groups).flatMap { table, picked in picked.map { table.times[$0] } }
    guard !times.isEmpty else { return 0 }
    let sum = times.reduce(0.0) { $0 + Double($1.milliseconds) }
    return sum / Double(times.count) / Double(Self.dayMs)
  }

  /// How much the mean rises a day: the slope of the least squares over all rows, also older ones;
  /// 0 where all rows are of one instant.
  private func trend(_ column: Int, _ isOfRequest: Bool) -> Double {
    var (count, days, sum, product, squares) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for table in tables {
      let width = table.features.count
      for group in table.groups.indices where table.groups[group] > 0 {
        let ago = table.times[group].milliseconds - range.to.milliseconds
        let day = Double(ago) / Double(Self.dayMs)
        let first = table.starts[group]
        let end = isOfRequest ? first + 1 : table.starts[group + 1]
        for row in first..<end {
          let value = Double(table.values[row * width + column])
          guard !value.isNaN else { continue }
          count += 1
          days += day
          sum += value
          product += day * value
          squares += day * day
        }
      }
    }
    guard count > 1 else { return 0 }
    let spread = squares - days * days / count
    // What rounding leaves is no spread.
    return spread > 1e-9 * count ? (product - days * sum / count) / spread : 0
  }
}
