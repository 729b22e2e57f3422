internal import Feed
internal import HTTP
internal import Sync

/// Pages: the feed, recommendations, similar items, what is trending.
enum PageRoutes {
  /// `limit` and `count` are cut to the surface's bound, not refused.
  private static let anyLimit = Route.Parameter.Kind.integer(1...1_000_000_000)

  private static let surface = Route.Parameter("surface", "The surface to rank for.")
  private static let category = Route.Parameter("category", "Only items of this category.")
  private static let region = Route.Parameter("region", "The region whose trends are meant.")
  private static let context = Route.Parameter(
    "context", "What else is known of the visit: at most 8 words, separated by commas.")
  private static let cursor = Route.Parameter("cursor", "Where the page before ended.")
  private static let limit = Route.Parameter(
    "limit", "Items on the page; more than the surface's bound is cut to it.", anyLimit)
  private static let user = Route.Parameter("user_id", "The user; for service keys only.")

  static let all: [Route] = [
    Route(
      method: .get, path: "/v1/feed", operation: "feed",
      summary: "The user's feed.", callers: .user,
      parameters: [surface, limit, cursor, category, region, context],
      success: .init("FeedPage"), handle: feed),
    Route(
      method: .get, path: "/api/v1/recommendations", operation: "recommendations",
      summary: "Recommended items, or items similar to one.", callers: .readers,
      parameters: [
        surface, .init("count", "As limit.", anyLimit), limit, cursor,
        .init("item", "The item that the page is about."), category, region, context,
        user,
      ],
      success: .init("ItemPage"), handle: recommendations),
    Route(
      method: .get, path: "/v1/items/{id}/similar", operation: "similar",
      summary: "Items similar to one.", callers: .readers, parameters: [limit, cursor, user],
      success: .init("ItemPage"), handle: similar),
    Route(
      method: .get, path: "/v1/trending", operation: "trending",
      summary: "What rises now.", callers: .readers,
      parameters: [region, category, limit, cursor, user],
      success: .init("ItemPage"), handle: trending),
  ]

  @Sendable private static func feed(_ call: Call) throws(Problem) {
    try serve(call, .feed) { () throws(Problem) in
      var request = PageRequest(surface: try call.identifier("surface") ?? "home")
      request.category = try call.identifier("category") ?? ""
      request.region = try call.identifier("region") ?? ""
      request.context = try words(call)
      return request
    }
  }

  @Sendable private static func recommendations(_ call: Call) throws(Problem) {
    try serve(call, .recommendations) { () throws(Problem) in
      let item = try call.identifier("item")
      let fallback = item == nil ? "recommendations" : "because"
      var request = PageRequest(surface: try call.identifier("surface") ?? fallback)
      request.item = item ?? ""
      request.category = try call.identifier("category") ?? ""
      request.region = try call.identifier("region") ?? ""
      request.context = try words(call)
      return request
    }
  }

  /// What the visit is described by.
  private static func words(_ call: Call) throws(Problem) -> [String] {
    let words = try call.identifier("context")?.split(separator: ",").map(String.init) ?? []
    guard words.count <= 8 else {
      throw Problem.parameter("context", "context has \(words.count) words; at most 8 may be sent.")
    }
    return words
  }

  @Sendable private static func similar(_ call: Call) throws(Problem) {
    try serve(call, .recommendations) { () throws(Problem) in
      var request = PageRequest(surface: "because")
      request.item = try call.capture()
      return request
    }
  }

  @Sendable private static func trending(_ call: Call) throws(Problem) {
    try serve(call, .recommendations) { () throws(Problem) in
      var request = PageRequest(surface: "trending")
      request.category = try call.identifier("category") ?? ""
      request.region = try call.identifier("region") ?? ""
      return request
    }
  }

  /// Serves what is asked for, which is read from the parameters the first time that they come.
  private static func serve(
    _ call: Call, _ shape: PageWriter.Shape, _ read: () throws(Problem) -> PageRequest
  ) throws(Problem) {
    if let ask = call.admission.ask.load() { return try PageService(call: call, ask: ask).serve() }
    var request = try read()
    try complete(call, &request)
    let ask = call.admission.ask.storeIfNil(try PageAsk(call, request, shape))
    try PageService(call: call, ask: ask).serve()
  }

  /// Whose page, and how long: the same for every surface.
  private static func complete(_ call: Call, _ request: inout PageRequest) throws(Problem) {
    if call.caller.isService {
      request.user = try call.identifier("user_id") ?? ""
      guard !request.user.hasPrefix(World.anonymousPrefix) else {
        throw Problem.parameter("user_id", "Anonymous sessions can't be named.")
      }
    } else {
      request.user = call.caller.user ?? ""
    }
    let limit = try call.integer("limit")
    let count = try call.integer("count")
    guard limit == nil || count == nil else {
      throw Problem.parameter("count", "Send limit or count, not both.")
    }
    request.limit = limit ?? count
  }
}
