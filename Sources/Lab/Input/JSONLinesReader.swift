internal import JSON

/// Reads one JSON object a line.
struct JSONLinesReader: RecordReader {
  private static let lineBytesMax = 8 << 20

  private let file: InputFile
  private let parser = JSONParser(bytesMax: Self.lineBytesMax)
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var line = 0

  var position: Int { file.position }

  init(_ file: InputFile) { self.file = file }

  mutating func next() throws(LabError) -> InputRecord? {
    while let bytes = try nextLine() {
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      var record = InputRecord(
        line: line, values: [:], original: String(decoding: bytes.prefix(4_096), as: UTF8.self))
      do throws(JSONError) {
        try read(try parser.parse(bytes), into: &record)
      } catch {
        record.fault = error.description
      }
      return record
    }
    return nil
  }

  private func read(_ object: JSONValue, into record: inout InputRecord) throws(JSONError) {
    for member in try object.members() {
      let value = member.value
      switch value.kind {
      case .null: continue
      case .string: record.values[member.key] = .text(try value.string())
      case .array:
        let elements = try value.elements()
        if value.count > 0, let first = try value.elements().firstKind(), first == .string {
          var texts: [String] = []
          for element in elements { texts.append(try element.string()) }
          record.values[member.key] = .texts(texts)
        } else {
          var numbers: [Float] = []
          for element in elements { numbers.append(Float(try element.double())) }
          record.values[member.key] = .numbers(numbers)
        }
      case .boolean: record.values[member.key] = .text(try value.bool() ? "true" : "false")
      default:
        if let whole = try? value.int64() {
          record.values[member.key] = .text(String(whole))
        } else {
          record.values[member.key] = .text(String(try value.double()))
        }
      }
    }
  }

  /// The bytes of the next line without its end.
  private mutating func nextLine() throws(LabError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        line += 1
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      if isAtEnd || buffer.count - start > Self.lineBytesMax {
        guard start < buffer.count else { return nil }
        line += 1
        defer { start = buffer.count }
        return Array(buffer[start...])
      }
      buffer.removeFirst(start)
      start = 0
      searched = buffer.count
      isAtEnd = try !file.read(into: &buffer)
    }
  }
}

extension JSONElements {
  /// What the first element is.
  fileprivate consuming func firstKind() -> JSONValue.Kind? {
    var elements = self
    return elements.next()?.kind
  }
}
