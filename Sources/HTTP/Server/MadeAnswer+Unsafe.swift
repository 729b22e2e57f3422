internal import CMicroHTTPD

// Safe because the object of the HTTP library is made here, changed and queued only by the I/O thread
// of the connection that owns this value, and given up once, in `deinit`; while the library sends it,
// the library holds it too, and it is changed only when the request before has been completed. The
// library copies texts that it is given.

/// An answer as an object of the HTTP library. A connection keeps its last one: when the next
/// answer shares its body and says the same in its head, only the request's identifier is
/// exchanged, in place of making it all anew. It has a date of its own, which is written once a
/// second, where the library would write it for every answer.
@safe struct MadeAnswer: ~Copyable {
  /// Bytes of a shared body up to which a connection holds on to it, perhaps for as long as it
  /// is idle.
  static let keptBytesMax = 64 << 10

  private let response: Response
  private let object: OpaquePointer
  private var requestID: String
  private var date: HTTPDate
  private let closes: Bool

  /// Nil without memory.
  init?(_ response: Response, requestID: String, closes: Bool) {
    guard let object = unsafe response.library(closes: closes) else { return nil }
    unsafe self.object = object
    self.response = response
    self.requestID = requestID
    self.closes = closes || response.closes
    date = .now
    unsafe Response.add(Self.idField, requestID, to: object)
    unsafe Response.add("Date", date.text, to: object)
  }

  deinit { unsafe MHD_destroy_response(object) }

  private static let idField = "X-Request-ID"

  /// Whether the next answer may be the same.
  var isWorthKeeping: Bool {
    guard case .shared(let bytes) = response.body else { return false }
    return !closes && bytes.count <= Self.keptBytesMax
  }

  /// Makes this the answer to another request; false when it says something else.
  mutating func renew(for other: Response, requestID: String) -> Bool {
    guard response.isSame(as: other) else { return false }
    let isRemoved = unsafe Self.idField.withCString { name in
      unsafe self.requestID.withCString { unsafe MHD_del_response_header(object, name, $0) }
    }
    guard isRemoved == .YES else { return false }
    unsafe Response.add(Self.idField, requestID, to: object)
    self.requestID = requestID
    let now = HTTPDate.now
    if now != date {
      // In place of the one before.
      unsafe Response.add("Date", now.text, to: object)
      date = now
    }
    return true
  }

  /// Gives it to the HTTP library; false closes the connection.
  func queue(on connection: OpaquePointer) -> Bool {
    unsafe MHD_queue_response(connection, UInt32(response.soundStatus), object) == .YES
  }
}

extension Response {
  /// Whether another answer is the same in all that it says, its body the very same shared bytes.
  fileprivate func isSame(as other: Response) -> Bool {
    guard case .shared(let mine) = body, case .shared(let others) = other.body, mine === others
    else { return false }
    return status == other.status && isGzip == other.isGzip && closes == other.closes
      && varies == other.varies && contentType == other.contentType
      && serverTiming == other.serverTiming && headers == other.headers
  }
}
