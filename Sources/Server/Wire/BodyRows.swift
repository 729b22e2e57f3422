internal import HTTP
internal import JSON

/// The rows of a body: one object, an array of objects, or one object a line.
struct BodyRows {
  /// How the rows came.
  enum Shape: Equatable, Sendable {
    case single
    case list
  }

  /// One row.
  struct Row {
    /// Counts from 0.
    var index: Int
    /// The value, good inside the visit only, or why it is none.
    var value: Result<JSONValue, JSONError>
    /// The row's text, in a body with one object a line.
    var lineBytes: Range<Int>?
  }

  let body: [UInt8]
  let isLines: Bool
  let rowsMax: Int

  /// - Parameters:
  ///   - exchange: whose `Content-Type` says how to read the body.
  ///   - rowsMax: rows in one body; more are refused as a whole.
  init(_ exchange: Exchange, rowsMax: Int, allowsLines: Bool) throws(Problem) {
    body = exchange.body
    self.rowsMax = rowsMax
    isLines = try Self.isLines(exchange.header("content-type"), allowsLines: allowsLines)
  }

  init(body: [UInt8], isLines: Bool, rowsMax: Int) {
    self.body = body
    self.isLines = isLines
    self.rowsMax = rowsMax
  }

  static func isLines(_ contentType: String?, allowsLines: Bool) throws(Problem) -> Bool {
    let type = contentType?.utf8.prefix { $0 != 0x3B && $0 != 0x20 }
    switch type.map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
    case nil, "application/json": return false
    case "application/x-ndjson" where allowsLines, "application/jsonl" where allowsLines:
      return true
    default:
      throw Problem(
        .unsupportedMediaType,
        "Send application/json" + (allowsLines ? " or application/x-ndjson." : "."))
    }
  }

  /// Visits every row.
  ///
  /// - Returns: whether there was one object alone or a list.
  /// - Throws: what concerns the body as a whole: not JSON, too many rows, no rows.
  func visit(_ parser: JSONParser, _ body: (Row) throws(Problem) -> Void) throws(Problem) -> Shape {
    if isLines {
      try visitLines(parser, body)
      return .list
    }
    let root: JSONValue
    do { root = try parser.parse(self.body) } catch { throw Problem(error) }
    guard root.kind == .array else {
      try body(Row(index: 0, value: .success(root)))
      return .single
    }
    guard root.count > 0 else { throw Problem.field("", "The list has no rows.") }
    guard root.count <= rowsMax else { throw tooMany(root.count) }
    var index = 0
    do {
      let elements = try root.elements()
      for element in elements {
        try body(Row(index: index, value: .success(element)))
        index += 1
      }
    } catch let error as JSONError {
      throw Problem(error)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.internalError, "The list could not be read.")
    }
    return .list
  }

  private func visitLines(
    _ parser: JSONParser, _ body: (Row) throws(Problem) -> Void
  ) throws(Problem) {
    var index = 0
    var stop: Problem?
    do {
      try parser.parseLines(self.body.span) { (line: JSONLine) throws(JSONError) in
        guard index < rowsMax else {
          stop = tooMany(index + 1)
          throw JSONError(.tooManyValues, message: "too many rows")
        }
        do throws(Problem) {
          let range = line.offset..<line.offset + line.length
          try body(Row(index: index, value: line.value, lineBytes: range))
        } catch {
          stop = error
          throw JSONError(.invalid, message: error.detail)
        }
        index += 1
      }
    } catch {
      throw stop ?? Problem(error)
    }
    if index == 0 { throw Problem.field("", "The body has no rows.") }
  }

  private func tooMany(_ count: Int) -> Problem {
    Problem(
      .batchTooLarge,
      "The body has \(count) rows or more; send at most \(rowsMax) in one request.")
  }

  /// The text of a row for the dead letters: as it came, or written again from an array.
  func bytes(of row: Row) -> [UInt8] {
    if let range = row.lineBytes { return Array(body[range]) }
    guard case .success(let value) = row.value else { return [] }
    var json = JSONWriter()
    do { try json.value(value) } catch { return [] }
    return json.bytes
  }
}
