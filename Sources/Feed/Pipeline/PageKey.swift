/// What makes two requests ask for the same page: everything that they say but the identifier.
///
/// Whoever asks for a page again and again keeps its key, whose texts are hashed once.
public struct PageKey: Sendable {
  let user: String
  let surface: String
  private let item: String
  private let category: String
  private let region: String
  private let context: [String]
  /// Items on the page; nil = as many as the surface gives by itself.
  private(set) var limit: Int?
  /// Of all texts, under the process's own seed: whoever chooses them cannot choose this.
  private let hash: Int

  /// The key of a request.
  public init(_ request: PageRequest) {
    user = request.user
    surface = request.surface
    item = request.item
    category = request.category
    region = request.region
    context = request.context
    limit = request.limit
    var hasher = Hasher()
    hasher.combine(user)
    hasher.combine(surface)
    hasher.combine(item)
    hasher.combine(category)
    hasher.combine(region)
    hasher.combine(context)
    hash = hasher.finalize()
  }

  /// The key of a request to a surface, whose bounds its limit is cut to.
  init(_ request: PageRequest, _ surface: Surface) {
    self.init(request)
    limit = surface.limit(request.limit)
  }

  /// The key with its limit cut to a surface's bounds.
  func cut(to surface: Surface) -> PageKey {
    var key = self
    key.limit = surface.limit(limit)
    return key
  }

  /// A number that spreads keys over places, whatever their limit.
  var spread: Int { hash & 0xFFFF }
}

extension PageKey: Hashable {
  public static func == (one: PageKey, other: PageKey) -> Bool {
    one.hash == other.hash && one.limit == other.limit && one.user == other.user
      && one.surface == other.surface && one.item == other.item && one.category == other.category
      && one.region == other.region && one.context == other.context
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(hash)
    hasher.combine(limit)
  }
}
