internal import CMicroHTTPD

// Safe because the object of the HTTP library is made here, changed and queued only by the I/O
// thread of the connection that owns this value, and given up once, in `deinit`; while the library
// sends it, the library holds it too, and it is changed only when the request before has been
// completed. The library copies texts that it is given.

/// An answer as an object of the HTTP library. A connection keeps its last one that others get too:
/// when the next answer is the same, only the request's identifier is exchanged, and once a second
/// the date, which the library would otherwise write for every answer.
@safe struct MadeAnswer: ~Copyable {
  /// Bytes of a body up to which a connection holds on to it, perhaps for as long as it is idle.
  static let keptBytesMax = 64 << 10

  private let object: OpaquePointer
  private let status: UInt32
  /// What it was made of, if that may come again.
  private let source: SharedResponse?
  private var requestID: String
  private var date = HTTPDate.now

  /// Nil without memory.
  init?(
    _ response: Response, of source: SharedResponse? = nil, requestID: String, closes: Bool
  ) {
    guard let object = unsafe response.library(closes: closes) else { return nil }
    unsafe self.object = object
    status = UInt32(response.soundStatus)
    let isKept = !closes && !response.closes && response.count <= Self.keptBytesMax
    self.source = isKept ? source : nil
    self.requestID = requestID
    unsafe Response.add(Self.idField, requestID, to: object)
    // Without one the library writes it, for each answer anew.
    if isWorthKeeping { unsafe Response.add("Date", date.text, to: object) }
  }

  deinit { unsafe MHD_destroy_response(object) }

  private static let idField = "X-Request-ID"

  /// Whether the next answer may be the same.
  var isWorthKeeping: Bool { source != nil }

  /// Gives it to the HTTP library; false closes the connection.
  func queue(on connection: OpaquePointer) -> Bool {
    unsafe MHD_queue_response(connection, status, object) == .YES
  }

  /// Gives it to the HTTP library once more, for another request; nil when it is another answer.
  mutating func queue(
    _ shared: SharedResponse, requestID: String, on connection: OpaquePointer
  ) -> Bool? {
    guard source === shared else { return nil }
    let isRemoved = unsafe Self.idField.withCString { name in
      unsafe self.requestID.withCString { unsafe MHD_del_response_header(object, name, $0) }
    }
    guard isRemoved == .YES else { return nil }
    unsafe Response.add(Self.idField, requestID, to: object)
    self.requestID = requestID
    let now = HTTPDate.now
    if now != date {
      // It takes the place of the one before.
      unsafe Response.add("Date", now.text, to: object)
      date = now
    }
    return unsafe queue(on: connection)
  }
}
