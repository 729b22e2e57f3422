internal import HTTP
internal import JSON

/// Why a request was refused, as RFC 9457 tells it.
struct Problem: Error, Equatable, Sendable {
  /// A fault of one field.
  struct Fault: Equatable, Sendable {
    /// The place in the body as a JSON pointer, or `?name` for a query parameter.
    var pointer: String
    /// What is wrong there and what would be right.
    var detail: String
  }

  /// The stable code.
  var code: ProblemCode
  /// What happened and what to do, for a person; holds nothing that is secret.
  var detail: String
  /// The fields that are wrong.
  var errors: [Fault]
  /// When to try again, if at all.
  var retryAfterMs: Int?
  /// Header fields that only this problem has.
  var headers: [Response.Field] = []

  init(_ code: ProblemCode, _ detail: String, errors: [Fault] = [], retryAfterMs: Int? = nil) {
    self.code = code
    self.detail = detail
    self.errors = errors
    self.retryAfterMs = retryAfterMs
  }

  /// A field of the body that is wrong.
  static func field(_ pointer: String, _ detail: String) -> Problem {
    Problem(.invalidBody, detail, errors: [Fault(pointer: pointer, detail: detail)])
  }

  /// A query parameter that is wrong.
  static func parameter(_ name: String, _ detail: String) -> Problem {
    Problem(.invalidParameter, detail, errors: [Fault(pointer: "?" + name, detail: detail)])
  }

  /// A JSON text or a value in it that is wrong.
  init(_ error: JSONError) {
    switch error.code {
    case .empty, .syntax, .badString, .badNumber, .badUTF8:
      self.init(.invalidJSON, error.description)
    case .noMemory:
      self.init(.overloaded, error.description, retryAfterMs: 1_000)
    default:
      self.init(
        .invalidBody, error.description,
        errors: [Fault(pointer: error.pointer, detail: error.message)])
    }
  }

  /// What the HTTP layer refused.
  init(_ refusal: Refusal) {
    let code = ProblemCode(rawValue: refusal.kind.rawValue) ?? .internalError
    self.init(code, refusal.detail, retryAfterMs: code.status == 503 ? 1_000 : nil)
  }

  /// The answer for the request of that identifier.
  func response(requestID: String) -> Response {
    var headers: [Response.Field] = [
      .init("Cache-Control", "no-store"), .init("X-Content-Type-Options", "nosniff"),
    ]
    if let retryAfterMs {
      headers.append(.init("Retry-After", String((retryAfterMs + 999) / 1000)))
    }
    if code == .unauthorized { headers.append(.init("WWW-Authenticate", "Bearer")) }
    headers += self.headers
    var json = JSONWriter(capacity: 512)
    json.object { json in write(into: &json, requestID: requestID) }
    return Response(
      status: code.status, contentType: "application/problem+json", headers: headers,
      bytes: json.bytes)
  }

  private func write(into json: inout JSONWriter, requestID: String) {
    json.member("type", "/problems#" + code.rawValue)
    json.member("title", code.title)
    json.member("status", code.status)
    json.member("code", code.rawValue)
    json.member("detail", detail)
    json.member("instance", "urn:request:" + requestID)
    if let retryAfterMs { json.member("retry_after_ms", retryAfterMs) }
    guard !errors.isEmpty else { return }
    json.array("errors") { json in
      for error in errors {
        json.object { json in
          json.member("pointer", error.pointer)
          json.member("detail", error.detail)
        }
      }
    }
  }

  /// The problem as one row of a batch: code and detail, at the row's place.
  func writeRow(into json: inout JSONWriter, index: Int) {
    json.object { json in
      json.member("index", index)
      json.member("status", code.status)
      json.member("code", code.rawValue)
      json.member("detail", detail)
      if let pointer = errors.first?.pointer { json.member("pointer", pointer) }
    }
  }
}
