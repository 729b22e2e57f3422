/// How many rows each query has, a whole number a line.
enum GroupFile {
  /// Reads it.
  ///
  /// - Parameters:
  ///   - rows: what the sizes must add up to.
  ///   - table: the file of the rows, for the message.
  static func read(_ path: String, rows: Int, of table: String) throws(LabError) -> [Int] {
    var lines = LineReader(try InputFile(path), lineBytesMax: 4_096)
    var sizes: [Int] = []
    var sum = 0
    while let line = try lines.next() {
      let text = String(decoding: line, as: UTF8.self)
      let word = text.prefix { $0 != "\r" }
      if word.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
      guard let size = Int(word), size >= 0 else {
        throw LabError(
          .format, "\(path):\(lines.number): \"\(word.prefix(40))\" is no whole number from 0")
      }
      guard size <= rows - sum else {
        throw LabError(
          .format,
          "\(path):\(lines.number): the groups up to here have more than the \(rows) rows of "
            + "\(table)")
      }
      sum += size
      sizes.append(size)
    }
    guard sum == rows else {
      throw LabError(
        .format, "\(path): the groups have \(sum) rows together, \(table) has \(rows)")
    }
    return sizes
  }
}
