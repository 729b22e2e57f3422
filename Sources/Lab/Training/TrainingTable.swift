public import Feed

/// What a ranker learns from: a row an impression, the rows of a request side by side.
///
/// ```swift
/// // Two requests of two and one impressions, over one feature.
/// let table = try TrainingTable(
///   features: ["popularity"], values: [0.5, 1.5, .nan], groups: [2, 1], grades: [0, 1, 0],
///   labels: [0, Objective.click.bit, 0])
/// ```
///
/// Columns that are not known are empty: times, positions and propensities of rows from a file.
public struct TrainingTable: Equatable, Sendable {
  /// The most rows.
  public static let rowsMax = 1 << 28
  /// The most features.
  public static let featuresMax = 1 << 16
  /// The most values, rows times features: 16 GiB of them.
  public static let valuesMax = 1 << 32
  /// The largest grade; what a row gains by it is 2^grade - 1.
  public static let gradeMax: Float = 30

  /// The columns, by name.
  public let features: [String]
  /// Row after row, `features.count` numbers each; NaN = missing.
  public let values: [Float]
  /// Rows of each request, in the order of the rows; a request may have none.
  public let groups: [Int]
  /// How relevant each row was, from 0; what the order is learned from.
  public let grades: [Float]
  /// What followed each row: bits of `Objective`.
  public let labels: [UInt16]
  /// When each request was made, one a group; empty = not known, the order of groups is that of
  /// time.
  public let times: [Timestamp]
  /// The place of each row on its page, from 0; empty = not known.
  public let positions: [UInt16]
  /// The probability with which each row was shown in its place, above 0 to 1; below 1 where chance
  /// decided. Empty = chance decided nowhere.
  public let propensities: [Float]
  /// The row at which each group begins, and the number of rows at the end.
  public let starts: [Int]

  /// - Throws: `LabError` that names the first row, group or column that is wrong: lengths that
  ///   differ, a value that is infinite, a grade that is not from 0 to `gradeMax`, a propensity
  ///   that is not above 0 to 1, more of something than is taken.
  public init(
    features: [String], values: [Float], groups: [Int], grades: [Float], labels: [UInt16],
    times: [Timestamp] = [], positions: [UInt16] = [], propensities: [Float] = []
  ) throws(LabError) {
    let rows = grades.count
    try Self.checkSizes(features, rows: rows)
    var starts = [0]
    for (number, count) in groups.enumerated() {
      let last = starts[number]
      guard count >= 0, count <= rows - last else {
        throw LabError(
          .format, "group \(number + 1): \(count) rows where \(rows - last) of \(rows) are left")
      }
      starts.append(last + count)
    }
    guard starts[groups.count] == rows else {
      throw LabError(
        .format, "the groups have \(starts[groups.count]) rows together, the table has \(rows)")
    }
    for (name, count, wanted) in [
      ("values", values.count, rows * features.count), ("labels", labels.count, rows),
      ("times", times.count, times.isEmpty ? 0 : groups.count),
      ("positions", positions.count, positions.isEmpty ? 0 : rows),
      ("propensities", propensities.count, propensities.isEmpty ? 0 : rows),
    ] where count != wanted {
      throw LabError(.format, "\(name): \(count) of them, expected \(wanted)")
    }
    if let at = values.firstIndex(where: { $0.isInfinite }) {
      let (row, column) = at.quotientAndRemainder(dividingBy: features.count)
      throw LabError(
        .format,
        "row \(row + 1), feature \(features[column]): \(values[at]); a missing value is NaN")
    }
    // Written so that NaN fails too.
    if let row = grades.firstIndex(where: { !($0 >= 0 && $0 <= Self.gradeMax) }) {
      throw LabError(
        .format, "row \(row + 1): the grade \(grades[row]) is not from 0 to \(Int(Self.gradeMax))")
    }
    if let row = propensities.firstIndex(where: { !($0 > 0 && $0 <= 1) }) {
      throw LabError(
        .format, "row \(row + 1): the propensity \(propensities[row]) is not above 0 to 1")
    }
    (self.features, self.values, self.groups) = (features, values, groups)
    (self.grades, self.labels, self.times) = (grades, labels, times)
    (self.positions, self.propensities, self.starts) = (positions, propensities, starts)
  }

  private static func checkSizes(_ features: [String], rows: Int) throws(LabError) {
    guard (1...featuresMax).contains(features.count) else {
      throw LabError(.format, "\(features.count) features; 1 to \(featuresMax) are taken")
    }
    guard Set(features).count == features.count else {
      throw LabError(.format, "a name of a feature stands twice among \(features.count)")
    }
    guard rows <= rowsMax, rows * features.count <= valuesMax else {
      throw LabError(
        .format,
        "\(rows) rows of \(features.count) features: at most \(rowsMax) rows and "
          + "\(valuesMax) values are taken; train on a part")
    }
  }

  /// Rows.
  public var count: Int { grades.count }

  /// Whether each row has an objective's label.
  public func isPositive(_ objective: Objective) -> [Bool] {
    labels.map { $0 & objective.bit != 0 }
  }

  /// Whether any feature has two values.
  var hasVariety: Bool {
    features.indices.contains { column in
      var rows = stride(from: column, to: values.count, by: features.count).makeIterator()
      guard let first = rows.next().map({ values[$0] }) else { return false }
      while let at = rows.next() {
        if values[at] != first, !(values[at].isNaN && first.isNaN) { return true }
      }
      return false
    }
  }

  /// Whether any request has rows of different grades, so that there is an order to learn.
  var hasOrder: Bool {
    groups.indices.contains { group in
      let grades = grades[starts[group]..<starts[group + 1]]
      return grades.contains { $0 != grades.first }
    }
  }

  /// The requests of some groups, in the order given.
  ///
  /// - Precondition: every number is one of a group.
  public func picking(_ wanted: some Collection<Int>) -> TrainingTable {
    let rows = wanted.flatMap { starts[$0]..<starts[$0 + 1] }
    var values: [Float] = []
    values.reserveCapacity(rows.count * features.count)
    for row in rows {
      values += self.values[row * features.count..<(row + 1) * features.count]
    }
    let groups = wanted.map { self.groups[$0] }
    return TrainingTable(
      checked: features, values, groups, grades: rows.map { grades[$0] },
      labels: rows.map { labels[$0] }, times: times.isEmpty ? [] : wanted.map { times[$0] },
      positions: positions.isEmpty ? [] : rows.map { positions[$0] },
      propensities: propensities.isEmpty ? [] : rows.map { propensities[$0] })
  }

  /// Parts of what is whole already.
  private init(
    checked features: [String], _ values: [Float], _ groups: [Int], grades: [Float],
    labels: [UInt16], times: [Timestamp], positions: [UInt16], propensities: [Float]
  ) {
    (self.features, self.values, self.groups) = (features, values, groups)
    (self.grades, self.labels, self.times) = (grades, labels, times)
    (self.positions, self.propensities) = (positions, propensities)
    starts = groups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }
}
