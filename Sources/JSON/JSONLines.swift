/// A line of a text that has one JSON value a line.
public struct JSONLine {
  /// Counts from 1, empty lines too.
  public let number: Int
  /// Where the line starts, in bytes from the start of the text.
  public let offset: Int
  /// Bytes of the line, without its end.
  public let length: Int
  /// The value, good until the next line is read, or why the line was refused.
  public let value: Result<JSONValue, JSONError>
}

extension JSONParser {
  /// Parses a text with one JSON value a line (NDJSON), each line by itself: a bad line spoils no
  /// other. Lines end with LF or CR LF; lines of blanks are skipped.
  ///
  /// - Throws: `too_large` before the first line, and what `body` throws.
  public func parseLines(
    _ bytes: Span<UInt8>, _ body: (JSONLine) throws(JSONError) -> Void
  ) throws(JSONError) {
    try load(bytes)
    var number = 0
    var start = 0
    while start < bytes.count {
      number += 1
      var end = JSONParser.lineEnd(in: bytes, from: start)
      let next = end + 1
      while end > start, JSONParser.isBlank(bytes[end - 1]) { end -= 1 }
      while start < end, JSONParser.isBlank(bytes[start]) { start += 1 }
      if start < end {
        let value: Result<JSONValue, JSONError>
        do {
          value = .success(try parseLoaded(bytes, offset: start, length: end - start))
        } catch {
          value = .failure(error)
        }
        let line = JSONLine(number: number, offset: start, length: end - start, value: value)
        try body(line)
      }
      start = next
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }
}
