public import Feed

/// A table that is filled page by page from what was served, in the order of the log.
///
/// ```swift
/// let table = try LoggedTable(of: JoinedExamples(log, configuration)).table()
/// ```
public struct LoggedTable {
  /// What a row is worth for the order when an objective was reached; the largest counts. A click
  /// is 1; what says that it was worth it is more.
  private static let grades: [(Objective, Float)] = [
    (.click, 1), (.longDwell, 2), (.like, 2), (.save, 2), (.comment, 2), (.share, 3),
    (.complete, 3), (.purchase, 3),
  ]

  private var values: [Float] = []
  private var groups: [Int] = []
  private var grades: [Float] = []
  private var labels: [UInt16] = []
  private var times: [Timestamp] = []
  private var positions: [UInt16] = []
  private var propensities: [Float] = []
  /// The surface that each request stood on, one a group.
  public private(set) var surfaces: [String] = []
  /// Pages that were passed over because their features were not kept.
  public private(set) var pagesWithoutFeatures = 0

  /// What the reading of the log came to: where it ended, and which pages were left out.
  public private(set) var report = JoinedExamples.Report()

  /// Requests with rows.
  public var requests: Int { groups.count }

  /// No pages.
  public init() {}

  /// All pages of a log's examples.
  ///
  /// - Parameter progress: called now and then with the offset reached.
  public init(
    of examples: JoinedExamples, progress: (Offset) -> Void = { _ in }
  ) throws(LogError) {
    var pages = LoggedTable()
    let report = try examples.forEach(progress: progress) { example in
      pages.append(example)
      return true
    }
    pages.report = report
    self = pages
  }

  /// Adds the shown items of a page.
  public mutating func append(_ example: JoinedExamples.Example) {
    let rows = ExampleRow.rows(example, unshown: false).filter { !$0.entry.features.isEmpty }
    guard !rows.isEmpty else {
      pagesWithoutFeatures += 1
      return
    }
    groups.append(rows.count)
    times.append(example.page.time)
    surfaces.append(example.page.surface)
    for row in rows {
      values += row.features().map { $0.isInfinite ? .nan : $0 }
      labels.append(row.labels.bits)
      grades.append(Self.grade(row.labels))
      positions.append(max(1, row.entry.position) - 1)
      let propensity = row.entry.propensity
      propensities.append(propensity > 0 && propensity <= 1 ? propensity : 1)
    }
  }

  /// What was added so far.
  ///
  /// - Parameter features: the columns that are wanted, in their order; nil = all.
  /// - Throws: `LabError` when that is more than a table takes, or when a feature is none.
  public func table(features: [String]? = nil) throws(LabError) -> TrainingTable {
    let names = features ?? Feature.names
    return try TrainingTable(
      features: names, values: try picked(names), groups: groups, grades: grades, labels: labels,
      times: times, positions: positions, propensities: propensities)
  }

  /// The values of some columns, row after row.
  private func picked(_ names: [String]) throws(LabError) -> [Float] {
    guard names != Feature.names else { return values }
    var columns: [Int] = []
    for name in names {
      guard let column = Feature.names.firstIndex(of: name) else {
        throw LabError(.format, "the log knows no feature \"\(name)\"")
      }
      columns.append(column)
    }
    let width = Feature.names.count
    return stride(from: 0, to: values.count, by: width).flatMap { row in
      columns.map { values[row + $0] }
    }
  }

  /// 0 where the user turned away, whatever else happened.
  private static func grade(_ labels: EntryLabels) -> Float {
    guard !labels.has(.hide), !labels.has(.report) else { return 0 }
    return grades.reduce(0) { labels.has($1.0) ? max($0, $1.1) : $0 }
  }
}
