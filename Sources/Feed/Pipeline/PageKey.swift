internal import Sync

/// What makes two requests ask for the same page: everything that they say but the identifier.
///
/// Whoever asks for a page again and again keeps its key: its texts are hashed once, under the
/// process's own seed, so that nobody can choose texts that collide.
public final class PageKey: Sendable {
  let user: String
  let surface: String
  private let item: String
  private let category: String
  private let region: String
  private let context: [String]
  /// Items on the page as they were asked for; nil = as many as the surface gives by itself.
  let limit: Int?
  /// Of all texts.
  fileprivate let hash: Int
  /// The surface, as `Surfaces` found it.
  let known = Once<Surfaces.Known>()

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

  /// The same with its limit cut to the bounds of its surface: what pages are kept under.
  func cut(to surface: Surface) -> Cut { Cut(key: self, limit: surface.limit(limit)) }

  /// A key whose limit is the number of places on the page.
  struct Cut: Hashable, Sendable {
    let key: PageKey
    let limit: Int

    /// A number that spreads keys over places.
    var spread: Int { key.hash & 0xFFFF }

    static func == (one: Cut, other: Cut) -> Bool {
      one.limit == other.limit && (one.key === other.key || one.key.saysSame(as: other.key))
    }

    func hash(into hasher: inout Hasher) { hasher.combine(key.hash &+ limit) }
  }

  private func saysSame(as other: PageKey) -> Bool {
    hash == other.hash && user == other.user && surface == other.surface && item == other.item
      && category == other.category && region == other.region && context == other.context
  }
}
