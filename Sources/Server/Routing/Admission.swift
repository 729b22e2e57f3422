internal import Feed
internal import HTTP
internal import Sync

/// What a request's head says: which call is made, by whom, with which parameters.
///
/// A connection that sends the same head again is spared finding that out again, so nothing may
/// stand here that can change meanwhile. A token is believed until it ends, a session until it has
/// to be renewed; a service key, which may be revoked, is looked at each time. Rates, the state of
/// the server and the body are no part of it.
final class Admission: Sendable {
  let route: Route
  /// The route's place in the table.
  let routeIndex: Int
  /// The segments of the path that stand for names.
  let captures: [String]
  let caller: Caller
  /// The query, checked against the route.
  let parameters: [(name: String, value: String)]
  /// When the caller is not believed any more without another look; nil: at the next request.
  private let until: Timestamp?
  /// What the caller has left of its rate.
  let bucket = Once<RateLimiter.Bucket>()
  /// What a route of pages read from the parameters.
  let ask = Once<PageAsk>()

  init(
    _ route: Route, _ routeIndex: Int, captures: [String], _ caller: Caller,
    _ parameters: [(name: String, value: String)], until: Timestamp?
  ) {
    self.route = route
    self.routeIndex = routeIndex
    self.captures = captures
    self.caller = caller
    self.parameters = parameters
    self.until = until
  }

  /// Whether the same head says the same at another time.
  var isLasting: Bool { until != nil }

  /// Whether it says so still.
  func isGood(_ now: Timestamp) -> Bool { until.map { now < $0 } ?? false }
}
