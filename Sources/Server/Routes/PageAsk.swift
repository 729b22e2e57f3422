internal import Feed
internal import HTTP

/// What a request for a page asks for, as far as its head says it: read once, see `Admission`.
final class PageAsk: Sendable {
  /// The request, without its identifier.
  let request: PageRequest
  /// The request as kept pages are found by it.
  let key: PageKey
  let shape: PageWriter.Shape
  /// Places on the page, within the surface's bound.
  let limit: Int
  /// Where the page before ended; nil for the first page.
  let cursor: String?
  /// The time that a page may take, in milliseconds.
  let deadlineMs: Int
  /// Path and query as they were sent, for the link to the next page.
  let path: String
  let query: String

  /// - Throws: what is wrong with the parameters.
  init(_ call: Call, _ request: PageRequest, _ shape: PageWriter.Shape) throws(Problem) {
    guard let settings = call.engine.configuration.surfaces[request.surface] else {
      let known = call.engine.configuration.surfaces.keys.sorted().joined(separator: ", ")
      throw Problem.parameter("surface", "No such surface; there are: \(known).")
    }
    self.request = request
    key = PageKey(request)
    self.shape = shape
    limit = min(max(1, request.limit ?? settings.limitDefault), settings.limitMax)
    cursor = call.text("cursor")
    deadlineMs = settings.deadlineMs
    path = call.exchange.path
    query = call.exchange.rawQuery
  }
}
