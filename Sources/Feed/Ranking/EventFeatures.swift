/// The features that follow from an item's own events alone: counts of sliding windows, lifetime
/// counts, dwell times.
///
/// They are most of the work of a page's features, and they change only with the item's events and
/// with the minute: so what was computed last of an item is kept and read again, by popular items
/// many times a second. It is dropped with the first event that counts.
struct EventFeatures {
  private static let windowed = FeatureSet([
    .impressionsDay, .clicks5Minutes, .clicks30Minutes, .clicksHour, .clicksDay, .clickRateHour,
    .clickRateDay, .likeRateDay, .shareRateDay, .commentRateDay, .saveRateDay, .completeRateDay,
  ])
  private static let lifetime = FeatureSet([.clickRate, .impressions])
  private static let dwelt = FeatureSet([.dwellMedian, .dwellLong])
  private static let all = windowed.union(lifetime).union(dwelt)

  private var kept = KeptFeatures(all.features)
  /// What rates are rates of.
  private var trials: [Float] = []
  private var trialsHour: [Float] = []
  /// The candidates of which nothing true is kept, and their features.
  private var places: [Int] = []
  private var rows: [UInt32] = []
  private var fresh = FeatureMatrix()

  /// Fills the columns that `needed` names, of a batch that has begun.
  ///
  /// - Returns: those of them that are rounded already.
  mutating func fill(
    _ needed: FeatureSet, _ world: borrowing World, second: UInt32,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) -> FeatureSet {
    // To keep some of them would not pay: the others would have to be told from them.
    guard needed.intersection(Self.all) == Self.all else {
      compute(needed, world, second: second, candidates.rows.span, &matrix)
      return FeatureSet()
    }
    kept.find(
      world, minute: second / 60, candidates, into: &matrix, missing: &places, rows: &rows)
    guard !places.isEmpty else { return Self.all }
    // Both are out of their places while `self` computes.
    var rows: [UInt32] = []
    var fresh = FeatureMatrix()
    swap(&rows, &self.rows)
    swap(&fresh, &self.fresh)
    fresh.begin(count: places.count)
    compute(Self.all, world, second: second, rows.span, &fresh)
    fresh.halve(Self.all)
    kept.keep(fresh, world, minute: second / 60, candidates, places, into: &matrix)
    swap(&rows, &self.rows)
    swap(&fresh, &self.fresh)
    return Self.all
  }

  /// Computes the columns that `needed` names of some rows.
  private mutating func compute(
    _ needed: FeatureSet, _ world: borrowing World, second: UInt32, _ rows: Span<UInt32>,
    _ matrix: inout FeatureMatrix
  ) {
    if needed.intersects(Self.windowed) { windows(world, second: second, rows, &matrix) }
    if needed.intersects(Self.lifetime) { totals(world, rows, &matrix) }
    if needed.intersects(Self.dwelt) { dwell(world, rows, &matrix) }
  }

  /// What comes from the sliding windows.
  private mutating func windows(
    _ world: borrowing World, second: UInt32, _ rows: Span<UInt32>,
    _ matrix: inout FeatureMatrix
  ) {
    let count = rows.count
    trials.fit(count, 0)
    trialsHour.fit(count, 0)
    Self.read(
      world.engagement.windows, second, rows, &trials, &trialsHour,
      &matrix)
    let share = FeatureExtractor.impressionsWeight
    matrix.rate(
      .clickRateHour, of: trialsHour, mean: FeatureExtractor.engagementMean, weight: share)
    matrix.rate(.clickRateDay, of: trials, mean: FeatureExtractor.engagementMean, weight: share)
    for feature in Self.dayRates {
      matrix.rate(feature, of: trials, mean: FeatureExtractor.negativeMean, weight: share)
    }
    for feature in Self.dayCounts { matrix.grow(feature) }
  }

  /// Reads the counts of every row.
  private static func read(
    _ windows: borrowing WindowStore, _ second: UInt32, _ rows: Span<UInt32>,
    _ trials: inout [Float], _ trialsHour: inout [Float], _ matrix: inout FeatureMatrix
  ) {
    let counts = matrix.start(.impressionsDay)
    let minutes5 = matrix.start(.clicks5Minutes)
    let minutes30 = matrix.start(.clicks30Minutes)
    let hour = matrix.start(.clicksHour)
    let day = matrix.start(.clicksDay)
    let hourRate = matrix.start(.clickRateHour)
    let dayRate = matrix.start(.clickRateDay)
    let (like, share) = (matrix.start(.likeRateDay), matrix.start(.shareRateDay))
    let (comment, save) = (matrix.start(.commentRateDay), matrix.start(.saveRateDay))
    let complete = matrix.start(.completeRateDay)
    var values = matrix.values.mutableSpan
    var trials = trials.mutableSpan
    var trialsHour = trialsHour.mutableSpan
    for index in rows.indices {
      let last = rows.count &- 1
      windows.anticipate(
        places: rows[min(index &+ FeatureExtractor.ahead, last)],
        blocks: rows[min(index &+ FeatureExtractor.ahead / 2, last)])
      let row = rows[index]
      let shown = windows.sliding(row, .impression, second: second)
      let clicks = windows.sliding(row, .click, second: second)
      trials[index] = shown.day
      trialsHour[index] = shown.hour
      values[counts &+ index] = shown.day
      values[minutes5 &+ index] = clicks.minutes5
      values[minutes30 &+ index] = clicks.minutes30
      values[hour &+ index] = clicks.hour
      values[day &+ index] = clicks.day
      values[hourRate &+ index] = clicks.hour
      values[dayRate &+ index] = clicks.day
      values[like &+ index] = Float(windows.day(row, .like, second: second))
      values[share &+ index] = Float(windows.day(row, .share, second: second))
      values[comment &+ index] = Float(windows.day(row, .comment, second: second))
      values[save &+ index] = Float(windows.day(row, .save, second: second))
      values[complete &+ index] = Float(windows.day(row, .complete, second: second))
    }
  }

  private static let dayCounts: [Feature] = [
    .impressionsDay, .clicks5Minutes, .clicks30Minutes, .clicksHour, .clicksDay,
  ]

  private static let dayRates: [Feature] = [
    .likeRateDay, .shareRateDay, .commentRateDay, .saveRateDay, .completeRateDay,
  ]

  private mutating func totals(
    _ world: borrowing World, _ rows: Span<UInt32>, _ matrix: inout FeatureMatrix
  ) {
    trials.fit(rows.count, 0)
    let impressions = matrix.start(.impressions)
    let clicks = matrix.start(.clickRate)
    let totals = world.engagement.totals.span
    do {
      var values = matrix.values.mutableSpan
      var trials = trials.mutableSpan
      for index in rows.indices {
        let ahead = rows[min(index &+ FeatureExtractor.ahead, rows.count &- 1)]
        Prefetch.element(totals, Int(ahead) &* Channel.count)
        let row = Int(rows[index]) &* Channel.count
        let shown = Float(totals[row &+ Int(Channel.impression.rawValue)])
        trials[index] = shown
        values[impressions &+ index] = shown
        values[clicks &+ index] = Float(totals[row &+ Int(Channel.click.rawValue)])
      }
    }
    matrix.grow(.impressions)
    matrix.rate(
      .clickRate, of: trials, mean: FeatureExtractor.engagementMean,
      weight: FeatureExtractor.impressionsWeight)
  }

  private func dwell(
    _ world: borrowing World, _ rows: Span<UInt32>, _ matrix: inout FeatureMatrix
  ) {
    let median = matrix.start(.dwellMedian)
    let long = matrix.start(.dwellLong)
    do {
      var values = matrix.values.mutableSpan
      for index in rows.indices {
        let spread = world.engagement.dwell.spread(rows[index])
        values[median &+ index] = spread.median / 1000
        values[long &+ index] = spread.long / 1000
      }
    }
    matrix.grow(.dwellMedian)
    matrix.grow(.dwellLong)
  }
}
