internal import CCurl

// Safe because the handle and the header list are owned by one client and freed once, and the
// transfer that libcurl writes into outlives `curl_easy_perform`, the only call that writes to it.

/// A blocking HTTP/1.1 client that keeps its connection; one for each thread.
///
///     let client = HTTPClient(base: "http://127.0.0.1:8080")
///     let answer = try client.send("POST", "/v1/posts", body: bytes)
///
/// It follows no redirects and uses no proxy.
@safe public final class HTTPClient {
  /// What the server answered.
  public struct Answer: Sendable, Equatable {
    /// The HTTP status.
    public let status: Int
    /// The header fields in their order, names as sent.
    public let headers: [Response.Field]
    /// The body, inflated if the client accepts gzip.
    public let body: [UInt8]

    /// The first field of that name, found without case.
    public func header(_ name: String) -> String? {
      let name = name.lowercased()
      return headers.first { $0.name.lowercased() == name }?.value
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// What libcurl's callbacks fill.
  fileprivate final class Transfer {
    var head: [UInt8] = []
    var body: [UInt8] = []
  }

  private let base: String
  private let handle: UnsafeMutableRawPointer
  private let transfer = Transfer()

  /// - Parameters:
  ///   - base: scheme, host and port, put before targets that begin with a slash.
  ///   - timeoutMilliseconds: for one whole request.
  ///   - acceptsGzip: whether to ask for gzip, which is inflated on arrival.
  public init(base: String = "", timeoutMilliseconds: Int = 30_000, acceptsGzip: Bool = false) {
    self.base = base
    guard let handle = unsafe curl_easy_init() else {
      preconditionFailure("libcurl has no memory for a handle")
    }
    unsafe self.handle = handle
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    unsafe updraft_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    unsafe updraft_curl_set_long(handle, CURLOPT_PATH_AS_IS, 1)
    unsafe updraft_curl_set_long(handle, CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
    unsafe updraft_curl_set_long(handle, CURLOPT_TCP_NODELAY, 1)
    unsafe updraft_curl_set_text(handle, CURLOPT_PROXY, "")
    unsafe updraft_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    if acceptsGzip { unsafe updraft_curl_set_text(handle, CURLOPT_ACCEPT_ENCODING, "gzip") }
    unsafe updraft_curl_set_sink(handle, CURLOPT_HEADERFUNCTION, takeHead)
    unsafe updraft_curl_set_sink(handle, CURLOPT_WRITEFUNCTION, takeBody)
    unsafe updraft_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    unsafe updraft_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
  }

  deinit { unsafe curl_easy_cleanup(handle) }

  /// Sends one request and waits for its answer, of any status.
  ///
  /// - Parameters:
  ///   - method: as it goes out.
  ///   - target: a path that begins with a slash, or a whole URL.
  ///   - headers: further fields; `Expect` is sent only if it is among them.
  ///   - body: sent with its length if given.
  public func send(
    _ method: String, _ target: String, headers: [Response.Field] = [], body: [UInt8]? = nil
  ) throws(HTTPClientError) -> Answer {
    let url = target.hasPrefix("/") ? base + target : target
    var list: UnsafeMutablePointer<curl_slist>?
    if !headers.contains(where: { $0.name.lowercased() == "expect" }) {
      unsafe list = curl_slist_append(list, "Expect:")
    }
    if body != nil, !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      unsafe list = curl_slist_append(list, "Content-Type: application/json")
    }
    for field in headers {
      unsafe list = curl_slist_append(list, "\(field.name): \(field.value)")
    }
    defer { unsafe curl_slist_free_all(list) }
    transfer.head.removeAll(keepingCapacity: true)
    transfer.body.removeAll(keepingCapacity: true)
    unsafe updraft_curl_set_text(handle, CURLOPT_URL, url)
    unsafe updraft_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    let status = perform(method, body)
    // Nothing that ends with this call may stay behind in the handle.
    unsafe updraft_curl_set_pointer(handle, CURLOPT_HTTPHEADER, nil)
    switch status {
    case CURLE_OK: return answer()
    case CURLE_OPERATION_TIMEDOUT: throw .timedOut(url: url)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
      throw .notConnected(url: url, reason: Self.reason(status))
    default:
      throw .failed(url: url, number: Int(status.rawValue), reason: Self.reason(status))
    }
  }

  private func perform(_ method: String, _ body: [UInt8]?) -> CURLcode {
    unsafe updraft_curl_set_long(handle, CURLOPT_NOBODY, 0)
    unsafe updraft_curl_set_long(handle, CURLOPT_HTTPGET, 1)
    if method == "HEAD" { unsafe updraft_curl_set_long(handle, CURLOPT_NOBODY, 1) }
    defer {
      unsafe updraft_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, nil)
      unsafe updraft_curl_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
    }
    guard let body else {
      unsafe updraft_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, method)
      return unsafe curl_easy_perform(handle)
    }
    var bytes = body.isEmpty ? [0] : body
    return unsafe bytes.withUnsafeMutableBytes { content in
      unsafe updraft_curl_set_long(handle, CURLOPT_POST, 1)
      unsafe updraft_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, body.count)
      unsafe updraft_curl_set_pointer(handle, CURLOPT_POSTFIELDS, content.baseAddress)
      unsafe updraft_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, method)
      return unsafe curl_easy_perform(handle)
    }
  }

  private static func reason(_ status: CURLcode) -> String {
    unsafe curl_easy_strerror(status).map { unsafe String(cString: $0) } ?? "unknown"
  }

  private func answer() -> Answer {
    var status = 0
    unsafe updraft_curl_status(handle, &status)
    var fields: [Response.Field] = []
    for line in transfer.head.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
      let text = String(decoding: line, as: UTF8.self)
      // Each answer begins with a status line; an interim one (100) comes before the last.
      if text.hasPrefix("HTTP/") {
        fields.removeAll()
      } else if let colon = text.firstIndex(of: ":") {
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        fields.append(Response.Field(String(text[..<colon]), String(value)))
      }
    }
    return Answer(status: status, headers: fields, body: transfer.body)
  }
}

/// libcurl has a line of the answer's head.
private nonisolated func takeHead(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<HTTPClient.Transfer>.fromOpaque(context).takeUnretainedValue()
  unsafe transfer.head.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
  return size * count
}

/// libcurl has a piece of the answer's body.
private nonisolated func takeBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<HTTPClient.Transfer>.fromOpaque(context).takeUnretainedValue()
  unsafe transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
  return size * count
}
