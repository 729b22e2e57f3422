internal import CMicroHTTPD

// Safe because the HTTP library copies header texts and owned bodies during the call, and shared
// bodies are retained here until the library calls `releaseShared`.

extension Response {
  /// The answer as an object of the HTTP library, which the caller destroys; nil without memory.
  func library(closes: Bool) -> OpaquePointer? {
    let made: OpaquePointer?
    switch body {
    case .empty:
      unsafe made = MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
    case .bytes(let bytes):
      unsafe made = bytes.withUnsafeBytes {
        unsafe MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .shared(let shared):
      let owner = unsafe Unmanaged.passRetained(shared)
      unsafe made = MHD_create_response_from_buffer_with_free_callback_cls(
        shared.count, shared.storage, releaseShared, owner.toOpaque())
      if unsafe made == nil { unsafe owner.release() }
    }
    guard let made = unsafe made else { return nil }
    if let contentType { unsafe Self.add("Content-Type", contentType, to: made) }
    if let serverTiming { unsafe Self.add("Server-Timing", serverTiming, to: made) }
    if varies { unsafe Self.add("Vary", "Accept-Encoding", to: made) }
    if isGzip { unsafe Self.add("Content-Encoding", "gzip", to: made) }
    for field in headers where field.isClean {
      unsafe Self.add(field.name, field.value, to: made)
    }
    if closes || self.closes { unsafe Self.add("Connection", "close", to: made) }
    return unsafe made
  }

  /// Adds a field; a text that is passed as it stands would be copied first.
  static func add(_ name: String, _ value: String, to made: OpaquePointer) {
    unsafe name.withCString { name in
      unsafe value.withCString { value in
        _ = unsafe MHD_add_response_header(made, name, value)
      }
    }
  }

  /// A status that an answer can have.
  var soundStatus: Int { 200...599 ~= status ? status : 500 }

  /// The whole answer in bytes, for a connection that closes after it.
  func wire(requestID: String) -> [UInt8] {
    let reason = unsafe MHD_get_reason_phrase_for(UInt32(soundStatus)).map {
      unsafe String(cString: $0)
    }
    var text = "HTTP/1.1 \(soundStatus) \(reason ?? "Status")\r\n"
    text += "Connection: close\r\nContent-Length: \(count)\r\nX-Request-ID: \(requestID)\r\n"
    if let contentType { text += "Content-Type: \(contentType)\r\n" }
    for field in headers where field.isClean { text += "\(field.name): \(field.value)\r\n" }
    var bytes = Array((text + "\r\n").utf8)
    switch body {
    case .empty: break
    case .bytes(let own): bytes += own
    case .shared(let shared): bytes += shared.bytes
    }
    return bytes
  }
}

/// Called by the HTTP library when no answer uses the shared bytes any more.
nonisolated func releaseShared(_ owner: UnsafeMutableRawPointer?) {
  guard let owner = unsafe owner else { return }
  unsafe Unmanaged<SharedBytes>.fromOpaque(owner).release()
}
