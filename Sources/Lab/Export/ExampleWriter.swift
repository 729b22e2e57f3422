internal import Feed

/// Writes examples in one format.
protocol ExampleWriter: AnyObject {
  /// Writes the rows of one page, which belong together.
  func write(_ rows: [ExampleRow]) throws(LabError)

  /// Ends the output and gives it its name.
  func finish() throws(LabError)
}

/// What every format writes of a row beside labels and features.
enum ExampleField: String, CaseIterable {
  case requestID = "request_id"
  case user, surface, item, position, propensity
  case sampleRate = "sample_rate"
  case time, score, sources, model, experiments
  case servedBy = "served_by"
  case seen
  case seenPosition = "seen_position"
  case dwellMs = "dwell_ms"
  case viewportMs = "viewport_ms"

  /// A value as it is written.
  enum Value {
    case text(String)
    case whole(Int64)
    case number(Float)
    case flag(Bool)
  }

  /// The value of a row.
  func value(_ row: ExampleRow) -> Value {
    switch self {
    case .requestID: .text(row.page.requestID)
    case .user: .text(row.page.user)
    case .surface: .text(row.page.surface)
    case .item: .text(row.entry.item)
    case .position: .whole(Int64(row.entry.position))
    case .propensity: .number(row.entry.propensity)
    case .sampleRate: .number(row.page.sampleRate)
    case .time: .whole(row.page.time.milliseconds)
    case .score: .number(row.entry.score)
    case .sources:
      .text(SourceName.sources(in: row.entry.sources).map(\.name).joined(separator: "|"))
    case .model: .text(row.page.model)
    case .experiments: .text(row.page.experiments)
    case .servedBy: .whole(Int64(row.page.servedBy))
    case .seen: .flag(row.labels.isSeen)
    case .seenPosition: .whole(Int64(row.labels.position))
    case .dwellMs: .whole(Int64(row.labels.dwellMs))
    case .viewportMs: .whole(Int64(row.labels.viewportMs))
    }
  }
}
