internal import HTTP

/// What a call is for, by which those that were not worked on are told apart: a lost event is
/// another matter than a page that is asked for again.
enum CallClass: Int, CaseIterable {
  /// Pages, searches, and whatever else is only read.
  case read
  /// What users do with items.
  case event
  /// Items, users, follows, vectors.
  case write
  /// What operators do.
  case admin

  private static let events = ["/v1/interactions", "/api/v1/events"]

  /// The class of a route's calls.
  init(_ route: Route) {
    if route.path.hasPrefix("/admin/") {
      self = .admin
    } else if Self.events.contains(route.path) {
      self = .event
    } else {
      // A search has a body, but changes nothing.
      self = route.method == .get || route.path.hasSuffix("/search") ? .read : .write
    }
  }

  var name: String { "\(self)" }
}
