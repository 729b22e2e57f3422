/// One pass over the header fields of a request: every field is clean, and those that frame the
/// body say it once and in one way.
struct FieldScan {
  private(set) var hosts = 0
  private(set) var contentLength: Int?
  private(set) var isChunked = false
  private(set) var expectsContinue = false
  private(set) var isGzip = false
  /// Whether the first `Accept-Encoding` allows gzip: named with a weight above zero.
  var acceptsGzip: Bool { acceptedEncodings.map(AcceptedEncodings.allowGzip) ?? false }
  /// Where every field lies, in their order.
  private(set) var fields: [Bytes.Field] = []
  private var encodings = 0
  private var acceptedEncodings: String?

  init(_ bytes: [UInt8], from start: Int, headersMax: Int) throws(RequestHead.Fault) {
    var cursor = start
    var count = 0
    fields.reserveCapacity(12)
    while let field = Bytes.field(bytes, &cursor) {
      count += 1
      guard count <= headersMax else {
        throw RequestHead.Fault(
          kind: .tooManyHeaders, detail: "at most \(headersMax) header fields are allowed")
      }
      guard !field.name.isEmpty, bytes[field.name].allSatisfy(Bytes.isToken) else {
        throw .malformed("a header name is not a token, or a header is folded over lines")
      }
      guard bytes[field.value].allSatisfy(Bytes.isText) else {
        throw .malformed("a header value holds control bytes")
      }
      try note(bytes, field)
      fields.append(field)
    }
    guard cursor + 2 == bytes.count, bytes[cursor] == 0, bytes[cursor + 1] == 0 else {
      throw .malformed("a header line holds a zero, is folded, or does not end with CR LF")
    }
    guard !(isChunked && contentLength != nil) else {
      throw .malformed("Content-Length and Transfer-Encoding exclude each other")
    }
  }

  private mutating func note(
    _ bytes: [UInt8], _ field: Bytes.Field
  ) throws(RequestHead.Fault) {
    switch field.name.count {
    case 4 where Bytes.equal(bytes, field.name, "host"): hosts += 1
    case 6 where Bytes.equal(bytes, field.name, "expect"): expectsContinue = true
    case 14 where Bytes.equal(bytes, field.name, "content-length"):
      guard contentLength == nil else { throw .malformed("Content-Length is given twice") }
      guard let length = Int(String(decoding: bytes[field.value], as: UTF8.self)), length >= 0,
        bytes[field.value].allSatisfy({ 0x30...0x39 ~= $0 })
      else { throw .malformed("Content-Length is not a number") }
      contentLength = length
    case 15 where Bytes.equal(bytes, field.name, "accept-encoding"):
      guard acceptedEncodings == nil else { return }
      acceptedEncodings = String(decoding: bytes[field.value], as: UTF8.self)
    case 16 where Bytes.equal(bytes, field.name, "content-encoding"):
      encodings += 1
      isGzip = Bytes.equal(bytes, field.value, "gzip") || Bytes.equal(bytes, field.value, "x-gzip")
      guard encodings == 1, isGzip || Bytes.equal(bytes, field.value, "identity") else {
        throw RequestHead.Fault(
          kind: .unsupportedEncoding, detail: "Content-Encoding is gzip, identity, or absent")
      }
    case 17 where Bytes.equal(bytes, field.name, "transfer-encoding"):
      // The HTTP library compares the value with its blanks, so blanks are refused too.
      guard !isChunked, Bytes.equal(bytes, field.raw, "chunked") else {
        throw .malformed("Transfer-Encoding is chunked, once, or absent")
      }
      isChunked = true
    default: return
    }
  }
}

/// Looking at the bytes of a head that the HTTP library has split (see `RequestHead`).
enum Bytes {
  /// Where one header field lies.
  struct Field {
    var name: Range<Int>
    /// Without the blanks at its end.
    var value: Range<Int>
    var raw: Range<Int>
  }

  /// The field at `cursor`, which moves behind it; nil where the layout ends or is broken.
  static func field(_ bytes: [UInt8], _ cursor: inout Int) -> Field? {
    let start = cursor
    guard let nameEnd = zero(bytes, from: start), nameEnd > start else { return nil }
    var valueStart = nameEnd + 1
    while valueStart < bytes.count, isBlank(bytes[valueStart]) { valueStart += 1 }
    guard let lineEnd = zero(bytes, from: valueStart), lineEnd + 1 < bytes.count,
      bytes[lineEnd + 1] == 0
    else { return nil }
    var valueEnd = lineEnd
    while valueEnd > valueStart, isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
    cursor = lineEnd + 2
    return Field(
      name: start..<nameEnd, value: valueStart..<valueEnd, raw: valueStart..<lineEnd)
  }

  private static func zero(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == 0 { return index }
      index += 1
    }
    return nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// A byte of a header value: anything but control bytes, and the tab.
  static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

  /// A byte of a token: RFC 9110, section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D,
      0x2E:
      true
    default: false
    }
  }

  /// Whether the bytes of `range` are `text`, ASCII letters compared without case.
  static func equal(_ bytes: [UInt8], _ range: Range<Int>, _ text: String) -> Bool {
    let other = text.utf8
    guard range.count == other.count else { return false }
    var index = range.lowerBound
    for byte in other {
      guard lower(bytes[index]) == lower(byte) else { return false }
      index += 1
    }
    return true
  }

  static func lower(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
}
