public import Feed

/// What to import, and how.
public struct ImportOptions: Sendable {
  /// How a file is laid out.
  public enum Format: String, CaseIterable, Sendable {
    case jsonl, csv
  }

  /// The file; gzip or not.
  public var path: String
  /// Its format; nil = by its name (`.csv`, `.tsv`: a table, otherwise JSON lines).
  public var format: Format?
  /// What records are that do not say so themselves.
  public var kind: ImportKind?
  /// Which column gives which field.
  public var map = ColumnMap()
  /// A known data set, instead of format, kind and map.
  public var preset: ImportPreset?
  /// Between columns; nil = a tab for `.tsv`, otherwise a comma.
  public var delimiter: UInt8?
  /// The columns' names; nil = the first line has them.
  public var columns: [String]?
  /// Of the bytes of a table.
  public var encoding = InputEncoding.utf8
  /// Reads and checks everything and submits nothing.
  public var dryRun = false
  /// Where refused records go with line and reason; nil = nowhere.
  public var rejects: String?
  /// Where it is noted how far the import got, so that the next run goes on there; nil = nowhere.
  public var state: String?
  /// Events that are submitted at once.
  public var batchEvents = 5_000

  /// Options for a file with defaults for the rest.
  public init(path: String) { self.path = path }
}

/// Where an import stands.
public struct ImportProgress: Equatable, Sendable {
  /// Records read, those that were skipped because an earlier run had them included.
  public var read = 0
  /// Events that were taken in.
  public var accepted = 0
  /// Records that were refused.
  public var rejected = 0
  /// The first of the refused, with line and reason.
  public var firstRefusals: [String] = []
  /// Events that had been taken in before.
  public var duplicates = 0
  /// Seconds since the start.
  public var seconds = 0.0
  /// The share of the file that was read, 0 to 1.
  public var share = 0.0

  /// Records a second.
  public var rate: Double { seconds > 0 ? Double(read) / seconds : 0 }

  /// Seconds until the end, if it goes on like this; nil at the very start.
  public var secondsLeft: Double? { share > 0.001 ? seconds * (1 - share) / share : nil }
}

/// Imports a file: reads records, maps them to events and submits them in batches.
///
/// Each event has an identifier made of the file's content and the line, so that importing a file
/// twice counts everything once (as far back as the engine remembers identifiers), and a run that
/// was broken off can simply be started again.
public struct Importer: Sendable {
  private let options: ImportOptions
  private let time: any TimeSource

  /// An importer for a file.
  public init(_ options: ImportOptions, time: any TimeSource) {
    self.options = options
    self.time = time
  }

  /// Runs the import to the end of the file.
  ///
  /// - Parameters:
  ///   - submit: takes a batch in and tells, event by event, what became of it; returns when the
  ///     batch is durable. An error ends the import; what was acknowledged stays.
  ///   - progress: called after every batch.
  /// - Returns: the final figures.
  /// - Throws: `LabError` for files and options, and what `submit` throws.
  public func run(
    submit: (EventBatch) throws -> [Outcome], progress: (ImportProgress) -> Void = { _ in }
  ) throws -> ImportProgress {
    let identity = try InputFile.identity(of: options.path)
    var run = try Run(options, identity: identity, time: time)
    var reader = try reader()
    while let record = try reader.next() {
      run.progress.share = run.share(reader.position)
      try run.take(record)
      guard run.batch.count >= options.batchEvents else { continue }
      try run.send(submit)
      progress(run.progress)
    }
    run.progress.share = 1
    try run.send(submit)
    try run.finish()
    progress(run.progress)
    return run.progress
  }

  private func reader() throws(LabError) -> any RecordReader {
    let file = try InputFile(options.path)
    if let preset = options.preset {
      let layout = preset.layout(path: options.path)
      return try CSVReader(
        file, delimiter: layout.delimiter, names: layout.names, encoding: layout.encoding)
    }
    let name = options.path.hasSuffix(".gz") ? String(options.path.dropLast(3)) : options.path
    let isTable = name.hasSuffix(".csv") || name.hasSuffix(".tsv")
    guard options.format ?? (isTable ? .csv : .jsonl) == .csv else { return JSONLinesReader(file) }
    let table = try CSVReader(
      file, delimiter: options.delimiter ?? (name.hasSuffix(".tsv") ? 0x09 : 0x2C),
      names: options.columns, encoding: options.encoding)
    for column in options.map.sources.values.compactMap(\.column)
    where !table.names.contains(column) {
      let names = table.names.joined(separator: ", ")
      throw LabError(
        .option, "--map: \(options.path) has no column '\(column)'; its columns are \(names)")
    }
    try options.map.check(header: table.names, of: options.path, kind: options.kind)
    return table
  }

  /// An import under way.
  private struct Run {
    let options: ImportOptions
    let mapper: RecordMapper
    let time: any TimeSource
    let start: UInt64
    let bytes: Int
    let rejects: OutputFile?
    var checkpoint: ImportCheckpoint
    var progress = ImportProgress()
    var batch = EventBatch()
    /// The line of each event in the batch.
    var lines: [Int] = []
    /// The line of the newest record in the batch.
    var line = 0

    init(_ options: ImportOptions, identity: String, time: any TimeSource) throws(LabError) {
      self.options = options
      self.time = time
      start = time.ticks
      mapper = RecordMapper(
        kind: options.kind, map: options.map, preset: options.preset, prefix: identity,
        now: time.now)
      bytes = try InputFile(options.path).bytes
      checkpoint = try ImportCheckpoint.load(options.state, source: identity)
      if let path = options.rejects {
        rejects = try OutputFile(appending: path)
      } else {
        rejects = nil
      }
    }

    func share(_ position: Int) -> Double {
      bytes > 0 ? min(1, Double(position) / Double(bytes)) : 1
    }

    mutating func take(_ record: InputRecord) throws(LabError) {
      progress.read += 1
      line = record.line
      guard record.line > checkpoint.line else { return }
      let events: [Event]
      do throws(RecordMapper.Refusal) {
        events = try mapper.events(record)
      } catch {
        return try reject(record, error.reason)
      }
      // An import happens now; what it brings happened when it says.
      let received = time.now
      for event in events {
        batch.append(event, received: received)
        lines.append(record.line)
      }
    }

    private mutating func reject(_ record: InputRecord, _ reason: String) throws(LabError) {
      try reject(line: record.line, reason, String(record.original.map { $0.isNewline ? " " : $0 }))
    }

    private mutating func reject(
      line: Int, _ reason: String, _ original: String
    ) throws(LabError) {
      progress.rejected += 1
      if progress.firstRefusals.count < Self.toldMax {
        progress.firstRefusals.append("\(options.path):\(line): \(reason)")
      }
      try rejects?.write("\(options.path):\(line)\t\(reason)\t\(original)\n")
    }

    private static let toldMax = 5

    /// Why the fold did not take an event.
    private static func reason(_ outcome: Outcome) -> String? {
      switch outcome {
      case .applied, .late, .duplicate: nil
      case .unknownTarget: "the item or user that it is about is not known"
      case .refused: "a bound on users or follows is reached"
      case .poison(let error): error.description
      }
    }

    mutating func send(_ submit: (EventBatch) throws -> [Outcome]) throws {
      defer { progress.seconds = Double(time.ticks &- start) / 1e9 }
      if options.dryRun {
        progress.accepted += batch.count
      } else if !batch.isEmpty {
        for (outcome, line) in zip(try submit(batch), lines) {
          if let reason = Self.reason(outcome) {
            try reject(line: line, reason, "")
          } else if outcome == .duplicate {
            progress.duplicates += 1
          } else {
            progress.accepted += 1
          }
        }
      }
      batch.removeAll()
      lines.removeAll(keepingCapacity: true)
      try rejects?.flush()
      guard !options.dryRun, line > checkpoint.line else { return }
      checkpoint.line = line
      try checkpoint.save(options.state)
    }

    func finish() throws(LabError) { try rejects?.flush() }
  }
}
