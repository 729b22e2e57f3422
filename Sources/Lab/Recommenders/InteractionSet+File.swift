extension InteractionSet {
  /// Lines that a file may have at most; numbers of users and items stay below it.
  static let linesMax = 1 << 30

  /// Reads a file of tabs, gzip or not: user, item, rating, seconds since 1970. The last two
  /// columns may be left out on every line (a rating of 1 then, no times); a first line whose third
  /// column is not a number is a heading; empty lines and those behind `#` are passed over.
  ///
  /// - Throws: `LabError` naming file and line when a line is not of that kind.
  public init(tabSeparated path: String) throws(LabError) {
    self.init()
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    var line = 0
    var isMore = true
    while isMore {
      isMore = try file.read(into: &bytes)
      var first = 0
      while let end = bytes[first...].firstIndex(of: 10) {
        line += 1
        try take(bytes[first..<end], "\(path):\(line)", isFirst: line == 1)
        first = end + 1
      }
      bytes.removeFirst(first)
      guard bytes.count <= 1 << 20, line < Self.linesMax else {
        throw LabError(.format, "\(path):\(line + 1): a line of over a mebibyte, or too many lines")
      }
    }
    if !bytes.isEmpty { try take(bytes[...], "\(path):\(line + 1)", isFirst: line == 0) }
    guard !entries.isEmpty else {
      throw LabError(
        .format, "\(path): no interactions; expected lines of user, item, rating, epoch seconds")
    }
  }

  private mutating func take(
    _ line: ArraySlice<UInt8>, _ place: String, isFirst: Bool
  ) throws(LabError) {
    var line = line
    if line.last == 13 { line = line.dropLast() }
    guard !line.isEmpty, line.first != UInt8(ascii: "#") else { return }
    let cells = line.split(separator: 9, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard (2...4).contains(cells.count), !cells[0].isEmpty, !cells[1].isEmpty else {
      throw LabError(
        .format,
        "\(place): \(cells.count) column(s), expected user, item, rating, epoch seconds with tabs "
          + "between them")
    }
    let value = cells.count > 2 ? Float(cells[2]) : 1
    if value == nil, isFirst { return }
    guard let value, value.isFinite else {
      throw LabError(.format, "\(place): rating \(Self.shown(cells[2])): expected a finite number")
    }
    let time = cells.count > 3 ? Self.seconds(cells[3]) : 0
    guard let time else {
      throw LabError(
        .format,
        "\(place): time \(Self.shown(cells[3])): expected seconds since 1970, such as 878543308")
    }
    append(user: cells[0], item: cells[1], value: value, time: time)
  }

  /// Whole seconds; also of a number that was written with decimals.
  private static func seconds(_ text: String) -> Int64? {
    // Times beyond the year 33,000 are milliseconds by mistake, or worse.
    let range = -1e12...1e12
    if let whole = Int64(text) { return range.contains(Double(whole)) ? whole : nil }
    guard let number = Double(text), range.contains(number) else { return nil }
    return Int64(number.rounded(.down))
  }

  private static func shown(_ text: String) -> String { "'\(text.prefix(40))'" }
}
