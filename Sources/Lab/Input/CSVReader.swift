/// Reads a table: RFC 4180 with any delimiter of one byte; quoted fields may hold delimiters, line
/// ends and doubled quotes; lines end with LF or CR LF.
struct CSVReader: RecordReader {
  /// A field longer than this is a quote that was never closed.
  private static let recordBytesMax = 1 << 20

  private let file: InputFile
  private let delimiter: UInt8
  private let encoding: InputEncoding
  /// The columns, in the order of the file.
  private(set) var names: [String]
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var line = 1

  var position: Int { file.position }

  /// - Parameter names: the columns' names; nil = the first record has them.
  init(
    _ file: InputFile, delimiter: UInt8, names: [String]?, encoding: InputEncoding
  ) throws(LabError) {
    self.file = file
    self.delimiter = delimiter
    self.encoding = encoding
    self.names = names ?? []
    if names == nil {
      guard let header = try fields() else {
        throw LabError(.format, "\(file.path): empty; expected a line with the names of columns")
      }
      self.names = header.cells.map { String($0.drop { $0 == "\u{FEFF}" }) }
    }
  }

  mutating func next() throws(LabError) -> InputRecord? {
    while true {
      guard let record = try fields() else { return nil }
      if record.cells == [""] { continue }
      var result = InputRecord(
        line: record.line, fault: record.fault, values: [:], original: record.original)
      if record.fault == nil, record.cells.count != names.count {
        result.fault = "\(record.cells.count) columns where \(names.count) are named"
      }
      guard result.fault == nil else { return result }
      result.values.reserveCapacity(names.count)
      for (name, cell) in zip(names, record.cells) { result.values[name] = .text(cell) }
      return result
    }
  }

  private struct Fields {
    var line: Int
    var cells: [String]
    var original: String
    var fault: String?
  }

  private enum State {
    case fieldStart, plain, quoted, quoteInQuoted
  }

  /// The next record as cells.
  private mutating func fields() throws(LabError) -> Fields? {
    var cells: [String] = []
    var cell: [UInt8] = []
    var state = State.fieldStart
    var at = start
    let first = line
    while true {
      if at == buffer.count {
        try refill(&at)
        if at == buffer.count {
          guard at > start else { return nil }
          let fault = state == .quoted ? "a quote is not closed" : nil
          cells.append(encoding.text(cell))
          return finish(first, cells, at, at, fault)
        }
      }
      let byte = buffer[at]
      if byte == 0x0A { line += 1 }
      if at - start > Self.recordBytesMax {
        // The next line gets a new chance.
        if byte != 0x0A {
          at += 1
          continue
        }
        return finish(first, [], at, at + 1, "longer than a megabyte: a quote is not closed?")
      }
      switch (state, byte) {
      case (.quoted, 0x22): state = .quoteInQuoted
      case (.quoted, _): cell.append(byte)
      case (.quoteInQuoted, 0x22):
        cell.append(byte)
        state = .quoted
      case (_, delimiter):
        cells.append(encoding.text(cell))
        cell.removeAll(keepingCapacity: true)
        state = .fieldStart
      case (_, 0x0A):
        if cell.last == 0x0D { cell.removeLast() }
        cells.append(encoding.text(cell))
        return finish(first, cells, at, at + 1, nil)
      case (.fieldStart, 0x22): state = .quoted
      default:
        cell.append(byte)
        if state == .fieldStart { state = .plain }
      }
      at += 1
    }
  }

  private mutating func finish(
    _ first: Int, _ cells: [String], _ end: Int, _ next: Int, _ fault: String?
  ) -> Fields {
    let original = encoding.text(buffer[start..<min(end, start + 4_096)])
    start = next
    return Fields(line: first, cells: cells, original: original, fault: fault)
  }

  private mutating func refill(_ at: inout Int) throws(LabError) {
    guard !isAtEnd else { return }
    if start > 0 {
      buffer.removeFirst(start)
      at -= start
      start = 0
    }
    isAtEnd = try !file.read(into: &buffer)
  }
}
