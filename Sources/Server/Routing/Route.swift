internal import HTTP

/// One call of the interface. The table of routes is the truth for dispatch, for who may call what,
/// for the OpenAPI document, and for the tests that try every route in every role. A class, so that
/// a request passes it on without a copy of each part.
final class Route: Sendable {
  /// A parameter of the query.
  struct Parameter: Sendable {
    /// What its text may be.
    enum Kind: Sendable, Equatable {
      /// An identifier or another short text.
      case text
      /// A whole number.
      case integer(ClosedRange<Int>)
    }

    let name: String
    let kind: Kind
    let summary: String

    init(_ name: String, _ summary: String, _ kind: Kind = .text) {
      self.name = name
      self.kind = kind
      self.summary = summary
    }
  }

  /// What a body may be.
  struct Body: Sendable {
    /// The schema of the object.
    let schema: String
    /// Whether a list of objects, or one object a line, is taken too.
    let isBatch: Bool
    /// Whether there must be one.
    let isRequired: Bool

    init(_ schema: String, isBatch: Bool = false, isRequired: Bool = true) {
      self.schema = schema
      self.isRequired = isRequired
      self.isBatch = isBatch
    }
  }

  /// A good answer.
  struct Success: Sendable {
    let status: Int
    /// The schema of its JSON; empty for another media type.
    let schema: String
    let mediaType: String

    init(_ schema: String, _ status: Int = 200, mediaType: String = "application/json") {
      self.status = status
      self.schema = schema
      self.mediaType = mediaType
    }
  }

  let method: Method
  /// The path; `{name}` stands for one segment.
  let path: String
  /// The name of the operation.
  let operation: String
  /// One line for people.
  let summary: String
  /// Who may call it.
  let callers: Roles
  /// What the query may hold; anything else is refused.
  let parameters: [Parameter]
  /// What the body must be; nil = none.
  let body: Body?
  /// The good answer.
  let success: Success
  /// When the answer is 204 without a body; empty = never.
  let mayBeEmpty: String
  /// Whether it needs the log to be folded in.
  let needsEngine: Bool
  /// Whether somebody without credentials gets a session.
  let givesSessions: Bool
  /// Whether an `Idempotency-Key` is honoured.
  let isIdempotent: Bool
  /// Bytes that its body may have, where that is more than `server.body_bytes_max`.
  let bodyBytesMax: Int
  /// Does it. Answers through the call, at once or later, exactly once.
  let handle: @Sendable (Call) throws(Problem) -> Void

  init(
    method: Method, path: String, operation: String, summary: String, callers: Roles,
    parameters: [Parameter] = [], body: Body? = nil, success: Success,
    mayBeEmpty: String = "", needsEngine: Bool = true, givesSessions: Bool = true,
    isIdempotent: Bool = false, bodyBytesMax: Int = 0,
    handle: @escaping @Sendable (Call) throws(Problem) -> Void
  ) {
    self.method = method
    self.path = path
    self.operation = operation
    self.summary = summary
    self.callers = callers
    self.parameters = parameters
    self.body = body
    self.success = success
    self.mayBeEmpty = mayBeEmpty
    self.needsEngine = needsEngine
    self.givesSessions = givesSessions
    self.isIdempotent = isIdempotent
    self.bodyBytesMax = bodyBytesMax
    self.handle = handle
  }

  /// The segments of the path.
  var segments: [Substring] { path.split(separator: "/", omittingEmptySubsequences: true) }

  /// The names in the path.
  var captureNames: [String] {
    segments.filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
  }
}
