/// Every way in which a request can fail. The raw value is the stable `code` of the answer.
enum ProblemCode: String, CaseIterable, Sendable {
  // The HTTP layer's own.
  case malformedRequest = "malformed-request"
  case urlTooLong = "url-too-long"
  case headTooLarge = "head-too-large"
  case tooManyHeaders = "too-many-headers"
  case bodyTooLarge = "body-too-large"
  case inflatedBodyTooLarge = "inflated-body-too-large"
  case unsupportedContentEncoding = "unsupported-content-encoding"
  case malformedGzip = "malformed-gzip"
  case readTimeout = "read-timeout"
  case writeTimeout = "write-timeout"
  case tooManyConnections = "too-many-connections"
  case tooManyConnectionsFromAddress = "too-many-connections-from-address"
  case unanswered
  case stopping
  // Of the routes.
  case invalidJSON = "invalid-json"
  case invalidParameter = "invalid-parameter"
  case invalidCursor = "invalid-cursor"
  case invalidIdempotencyKey = "invalid-idempotency-key"
  case identityFromToken = "identity-from-token"
  case twoCredentials = "two-credentials"
  case unauthorized
  case forbidden
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case alreadyExists = "already-exists"
  case notSound = "not-sound"
  case wrongState = "wrong-state"
  case inProgress = "in-progress"
  case cursorExpired = "cursor-expired"
  case unsupportedMediaType = "unsupported-media-type"
  case batchTooLarge = "batch-too-large"
  case invalidBody = "invalid-body"
  case idempotencyKeyReused = "idempotency-key-reused"
  case limitReached = "limit-reached"
  case rateLimited = "rate-limited"
  case internalError = "internal-error"
  case starting
  case overloaded
  case logFailed = "log-failed"
  case storageFull = "storage-full"

  /// The HTTP status.
  var status: Int { facts.status }
  /// One line for people, the same for every occurrence.
  var title: String { facts.title }

  private var facts: (status: Int, title: String) {
    switch self {
    case .malformedRequest: (400, "The request is not clean HTTP")
    case .invalidJSON: (400, "The body is not JSON")
    case .malformedGzip: (400, "The body is not the gzip that it claims to be")
    case .invalidParameter: (400, "A parameter is not valid")
    case .invalidCursor: (400, "The cursor is not valid for this caller and query")
    case .invalidIdempotencyKey: (400, "The Idempotency-Key is not valid")
    case .identityFromToken: (403, "Identity comes from the token alone")
    case .twoCredentials: (400, "The request carries two credentials")
    case .unauthorized: (401, "Credentials are missing or not valid")
    case .forbidden: (403, "The caller may not do this")
    case .notFound: (404, "There is nothing here")
    case .methodNotAllowed: (405, "The method is not allowed here")
    case .readTimeout: (408, "The request took too long to arrive")
    case .writeTimeout: (408, "The answer was not taken in time")
    case .alreadyExists: (409, "It exists already")
    case .notSound: (409, "The version is not fit to serve")
    case .wrongState: (409, "The step does not fit where it stands")
    case .inProgress: (409, "An equal request is being worked on")
    case .cursorExpired: (410, "The pages of this cursor are gone")
    default: moreFacts
    }
  }

  private var moreFacts: (status: Int, title: String) {
    switch self {
    case .bodyTooLarge: (413, "The body is too large")
    case .inflatedBodyTooLarge: (413, "The inflated body is too large")
    case .batchTooLarge: (413, "The batch has too many rows")
    case .urlTooLong: (414, "The request target is too long")
    case .unsupportedContentEncoding: (415, "The content encoding is not supported")
    case .unsupportedMediaType: (415, "The media type is not supported")
    case .invalidBody: (422, "The body is not what this call takes")
    case .idempotencyKeyReused: (422, "The Idempotency-Key was used for another request")
    case .limitReached: (422, "A bound on stored data is reached")
    case .rateLimited: (429, "Too many requests")
    case .headTooLarge: (431, "The request's head is too large")
    case .tooManyHeaders: (431, "The request has too many header fields")
    case .unanswered: (500, "The request was dropped")
    case .starting: (503, "The server is starting")
    case .stopping: (503, "The server is stopping")
    case .overloaded: (503, "The server has more work than it can take")
    case .logFailed: (503, "Events can't be stored")
    case .tooManyConnections: (503, "Too many connections")
    case .tooManyConnectionsFromAddress: (503, "Too many connections from this address")
    case .storageFull: (507, "The disk is full")
    default: (500, "Something went wrong here")
    }
  }
}
