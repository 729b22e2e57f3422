internal import HTTP

/// The files of the page that browsers get.
enum PageFileRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/", operation: "page", summary: "The page for browsers.",
      callers: .everybody, success: .init("", 200, mediaType: "text/html; charset=utf-8"),
      needsEngine: false, handle: page),
    Route(
      method: .get, path: "/dashboard/{name}", operation: "pageFile",
      summary: "A file of the page.", callers: .everybody,
      success: .init("", 200, mediaType: "application/octet-stream"), needsEngine: false,
      handle: file),
  ]

  /// Headers of whatever a browser shows: nothing from elsewhere, no script in the text, no frames.
  static let headers: [Response.Field] = [
    .init(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    .init("X-Content-Type-Options", "nosniff"), .init("X-Frame-Options", "DENY"),
    .init("Referrer-Policy", "no-referrer"), .init("Cross-Origin-Opener-Policy", "same-origin"),
    .init("Cross-Origin-Resource-Policy", "same-origin"), .init("Cache-Control", "no-cache"),
  ]

  /// The files by name, each with the tag of its bytes.
  private static let files: [String: (file: PageFile, tag: String)] = {
    var files: [String: (file: PageFile, tag: String)] = [:]
    for file in PageFile.all {
      let digest = Crypto.sha256(file.bytes.bytes).prefix(12)
      files[file.name] = (file, "\"" + Base64URL.encode(digest) + "\"")
    }
    return files
  }()

  @Sendable private static func page(_ call: Call) throws(Problem) {
    try answer(call, "index.html")
  }

  @Sendable private static func file(_ call: Call) throws(Problem) {
    try answer(call, call.captures.first ?? "")
  }

  private static func answer(_ call: Call, _ name: String) throws(Problem) {
    guard let (file, tag) = files[name] else {
      throw Problem(.notFound, "The page has no such file.")
    }
    let headers = headers + [.init("ETag", tag)]
    if call.exchange.header("if-none-match") == tag {
      return call.finish(Response(status: 304, headers: headers))
    }
    call.finish(
      Response(contentType: file.mediaType, headers: headers, body: .shared(file.bytes)))
  }
}
