/// An answer to one request. The server adds `Date`, `Content-Length`, `X-Request-ID`, and gzip.
public struct Response: Sendable {
  /// The bytes of an answer.
  public enum Body: Sendable {
    /// No bytes.
    case empty
    /// Bytes of this answer alone.
    case bytes([UInt8])
    /// Bytes that many answers share without a copy.
    case shared(SharedBytes)
  }

  /// A header field.
  public struct Field: Sendable, Equatable {
    /// The field's name.
    public let name: String
    /// The field's value; a field with control bytes in it is left out of the answer.
    public let value: String
    /// Whether the field can be sent without breaking the head apart.
    let isClean: Bool

    /// A field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
      isClean =
        !name.isEmpty && name.utf8.allSatisfy(Bytes.isToken)
        && value.utf8.allSatisfy(Bytes.isText)
    }
  }

  /// The HTTP status, 200...599.
  public var status: Int
  /// The media type; nil leaves `Content-Type` out.
  public var contentType: String?
  /// Further header fields.
  public var headers: [Field]
  /// The body.
  public var body: Body
  /// The value of `Server-Timing`, if any.
  public var serverTiming: String?
  /// Whether the body may be sent as gzip (from 1 KiB, to a client that accepts it).
  public var compressible = true
  /// Whether the connection closes after this answer.
  public var closes = false
  /// Set once the body is compressed.
  var isGzip = false

  /// An answer with the given body.
  public init(
    status: Int = 200, contentType: String? = nil, headers: [Field] = [], body: Body = .empty
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  /// An answer with bytes of its own.
  public init(
    status: Int = 200, contentType: String = "application/json", headers: [Field] = [],
    bytes: [UInt8]
  ) {
    self.init(status: status, contentType: contentType, headers: headers, body: .bytes(bytes))
  }

  /// An answer with bytes that it shares with others.
  public init(
    status: Int = 200, contentType: String = "application/json", headers: [Field] = [],
    shared: SharedBytes
  ) {
    self.init(status: status, contentType: contentType, headers: headers, body: .shared(shared))
  }

  /// Bytes in the body.
  public var count: Int {
    switch body {
    case .empty: 0
    case .bytes(let bytes): bytes.count
    case .shared(let shared): shared.count
    }
  }

  /// The smallest body worth compressing, in bytes.
  static let gzipBytesMin = 1024

  /// Whether the answer depends on `Accept-Encoding`.
  var varies: Bool { compressible && (isGzip || count >= Self.gzipBytesMin) }

  /// Replaces a large body by its gzip form. Shared bytes compress once, others each time.
  mutating func compress() {
    guard compressible, !isGzip, count >= Self.gzipBytesMin else { return }
    switch body {
    case .empty: return
    case .bytes(let bytes):
      guard let small = Gzip.deflate(bytes, level: 1), small.count < bytes.count else { return }
      body = .bytes(small)
    case .shared(let shared):
      guard let small = shared.gzip, small.count < shared.count else { return }
      body = .shared(small)
    }
    isGzip = true
  }
}
