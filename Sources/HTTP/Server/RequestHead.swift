internal import Sync

/// The head of one request, checked, in bytes of its own: it stays readable on every thread for as
/// long as anybody holds it.
///
/// libmicrohttpd splits a head in place: the two bytes that end a line and the colon (the space, in
/// the request line) become zeros. So the layout is
/// `METHOD 0 TARGET 0 VERSION 0 0 (NAME 0 [blanks] VALUE 0 0)* 0 0`, and whatever does not fit it
/// (a zero inside a value, a folded line, a bare line feed) was not a clean request.
///
/// A connection that sends the same bytes again gets the same head again, with the handler's note
/// on it, so nothing but what follows from the bytes may stand here.
final class RequestHead: Sendable {
  /// Bytes beyond which a head is not kept for the connection's next request: clients that ask
  /// again and again send less.
  static let keptBytesMax = 2_048

  let bytes: [UInt8]
  let layout: Layout
  let method: Method
  let path: String
  /// The raw query, without `?`.
  let query: Range<Int>
  private let fields: [Bytes.Field]
  let contentLength: Int?
  let isChunked: Bool
  let expectsContinue: Bool
  let isGzip: Bool
  /// Whether `Accept-Encoding` allows gzip.
  let acceptsGzip: Bool
  private let noteBox = Once<NoteBox>()

  private final class NoteBox: Sendable {
    let note: any AnyObject & Sendable
    init(_ note: any AnyObject & Sendable) { self.note = note }
  }

  /// Where the pieces lie that the HTTP library has found.
  struct Layout: Equatable {
    var targetStart: Int
    var targetCount: Int
    var versionStart: Int
  }

  /// Why a head is refused.
  struct Fault: Error {
    let kind: Refusal.Kind
    let detail: String

    static func malformed(_ detail: String) -> Fault { Fault(kind: .malformed, detail: detail) }
  }

  /// Checks `bytes`, whose target is put back as it was sent.
  init(_ bytes: [UInt8], _ layout: Layout, limits: HTTPLimits) throws(Fault) {
    self.bytes = bytes
    self.layout = layout
    let targetEnd = layout.targetStart + layout.targetCount
    guard layout.targetStart >= 2, layout.targetCount >= 1, layout.versionStart == targetEnd + 1,
      layout.versionStart + 12 <= bytes.count, bytes[layout.versionStart + 8] == 0,
      bytes[layout.versionStart + 9] == 0
    else { throw .malformed("the request line is not METHOD TARGET VERSION") }
    let methodEnd = layout.targetStart - 1
    guard bytes[..<methodEnd].allSatisfy(Bytes.isToken) else {
      throw .malformed("the method is not a token")
    }
    method = Method(String(decoding: bytes[..<methodEnd], as: UTF8.self))
    (path, query) = try Self.target(bytes, layout.targetStart..<targetEnd)

    let found = try FieldScan(
      bytes, from: layout.versionStart + 10, headersMax: limits.headers)
    fields = found.fields
    guard found.hosts == 1 || (found.hosts == 0 && bytes[layout.versionStart + 7] == 0x30) else {
      throw .malformed("expected one Host header, found \(found.hosts)")
    }
    contentLength = found.contentLength
    isChunked = found.isChunked
    expectsContinue = found.expectsContinue
    isGzip = found.isGzip
    acceptsGzip = found.acceptsGzip
  }

  /// What the handler found out from the head; nil until `keep`.
  var note: (any AnyObject & Sendable)? { noteBox.load()?.note }

  /// Keeps what the handler found out; only the first note is kept.
  func keep(_ note: any AnyObject & Sendable) { noteBox.storeIfNil(NoteBox(note)) }

  /// Whether a body follows.
  var announcesBody: Bool { isChunked || (contentLength ?? 0) > 0 }

  private static func target(
    _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Fault) -> (path: String, query: Range<Int>) {
    guard bytes[range].allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw .malformed("the target holds blanks or control bytes: escape them")
    }
    var start = range.lowerBound
    if bytes[range].starts(with: "http://".utf8) {
      start = bytes[(start + 7)..<range.upperBound].firstIndex(of: 0x2F) ?? range.upperBound
    }
    let end = bytes[start..<range.upperBound].firstIndex(of: 0x3F) ?? range.upperBound
    let query = min(end + 1, range.upperBound)..<range.upperBound
    guard let path = Percent.decode(bytes[start..<end], plusIsSpace: false) else {
      throw .malformed("the path is not percent-encoded UTF-8")
    }
    if path == "*" { return (path, query) }
    guard path.utf8.first == 0x2F else { throw .malformed("the path does not begin with /") }
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw .malformed("the path holds control bytes")
    }
    guard !climbs(path) else { throw .malformed("the path holds a .. segment") }
    return (path, query)
  }

  /// Whether a segment is `..`, with either slash.
  private static func climbs(_ path: String) -> Bool {
    var dots = 0
    var isDots = true
    for byte in path.utf8 {
      if byte == 0x2F || byte == 0x5C {
        if isDots && dots == 2 { return true }
        (dots, isDots) = (0, true)
      } else if byte == 0x2E {
        dots += 1
      } else {
        isDots = false
      }
    }
    return isDots && dots == 2
  }

  /// The first field of that name, without the blanks around it; names compare without case.
  func field(_ name: String) -> String? {
    for field in fields where Bytes.equal(bytes, field.name, name) {
      return String(decoding: bytes[field.value], as: UTF8.self)
    }
    return nil
  }

  /// The query's parameters, decoded; nil if one cannot be decoded.
  func parameters() -> [(name: String, value: String)]? {
    var found: [(name: String, value: String)] = []
    var start = query.lowerBound
    while start < query.upperBound {
      let part = bytes[start..<query.upperBound].prefix { $0 != 0x26 }
      start = part.endIndex + 1
      if part.isEmpty { continue }
      let middle = part.firstIndex(of: 0x3D) ?? part.endIndex
      guard let name = Percent.decode(part[..<middle], plusIsSpace: true),
        let value = Percent.decode(part[middle...].dropFirst(), plusIsSpace: true)
      else { return nil }
      found.append((name, value))
    }
    return found
  }
}
