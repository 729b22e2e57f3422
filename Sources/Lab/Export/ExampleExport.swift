public import Feed

/// Writes the examples of a log for people with their own tools.
public struct ExampleExport {
  /// How examples are written.
  public enum Format: String, CaseIterable, Sendable {
    /// A file of comma-separated values.
    case csv
    /// A file of JSON objects, one a line.
    case jsonl
    /// A folder of arrays for NumPy.
    case npy
  }

  /// What was written.
  public struct Report: Equatable, Sendable {
    /// Pages.
    public var pages = 0
    /// Rows: candidates of pages.
    public var rows = 0
    /// Shown candidates that reached an objective, by its name.
    public var labels: [String: Int] = [:]
    /// What the joiner counted.
    public var joined = JoinedExamples.Report()

    /// Nothing was written.
    public init() {}
  }

  /// How examples are written.
  public var format: Format
  /// The objectives that are written as labels, in this order.
  public var labels = Objective.allCases
  /// Whether the sample of candidates that were not shown is written too, at position 0.
  public var unshown = false

  /// An export.
  public init(_ format: Format) { self.format = format }

  /// The time of a text of the command line: RFC 3339, or seconds or milliseconds since 1970.
  public static func time(_ text: String) -> Timestamp? { TimeUnit.auto.time(text) }

  /// Writes the examples to `path`: a file, or a folder for `.npy`.
  ///
  /// Equal logs, settings and ranges give equal bytes.
  ///
  /// - Parameter progress: called about every 65,536 events with the offset reached.
  /// - Throws: `LabError` when the output can't be written, `LogError` when the log can't be read.
  public func write(
    _ examples: JoinedExamples, to path: String, progress: (Offset) -> Void = { _ in }
  ) throws -> Report {
    let writer: any ExampleWriter =
      switch format {
      case .csv: try CSVExamples(path, labels: labels)
      case .jsonl: try JSONLinesExamples(path, labels: labels)
      case .npy: try NumpyExamples(path, labels: labels)
      }
    var report = Report()
    var failure: LabError?
    for objective in labels { report.labels[objective.name] = 0 }
    report.joined = try examples.forEach(progress: progress) { example in
      let rows = ExampleRow.rows(example, unshown: unshown)
      report.pages += 1
      report.rows += rows.count
      for row in rows {
        for objective in labels where row.labels.has(objective) {
          report.labels[objective.name, default: 0] += 1
        }
      }
      do throws(LabError) {
        try writer.write(rows)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    try writer.finish()
    return report
  }
}
