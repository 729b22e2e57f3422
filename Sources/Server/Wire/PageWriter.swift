internal import Feed
internal import HTTP
internal import JSON
internal import Sync

/// Puts pages on the wire, in the two shapes that clients know.
struct PageWriter: Sendable {
  /// The shape of a page.
  enum Shape: Sendable {
    /// `{posts: […], next_cursor, …}`
    case feed
    /// `{items: […], cursor, …}`
    case recommendations

    fileprivate var list: String { self == .feed ? "posts" : "items" }
    fileprivate var id: String { self == .feed ? "post_id" : "item_id" }
    fileprivate var cursor: String { self == .feed ? "next_cursor" : "cursor" }
  }

  /// A page in bytes, with what goes into headers.
  final class Rendered: Sendable {
    let body: SharedBytes
    /// The cursor of the next page; nil at the end.
    let cursor: String?
    /// How it was first asked for.
    let asked = Once<Asked>()

    init(body: SharedBytes, cursor: String?) {
      self.body = body
      self.cursor = cursor
    }
  }

  /// A request for a page, and its answer while the page is kept.
  final class Asked: Sendable {
    let path: String
    let query: String
    let answer: SharedResponse

    init(path: String, query: String, answer: SharedResponse) {
      self.path = path
      self.query = query
      self.answer = answer
    }
  }

  /// The bytes of one cached page in every shape that was asked for.
  final class Slot: Sendable {
    private let feed = Once<Rendered>()
    private let recommendations = Once<Rendered>()

    func rendered(_ shape: Shape) -> Rendered? {
      switch shape {
      case .feed: feed.load()
      case .recommendations: recommendations.load()
      }
    }

    func keep(_ rendered: Rendered, _ shape: Shape) -> Rendered {
      switch shape {
      case .feed: feed.storeIfNil(rendered)
      case .recommendations: recommendations.storeIfNil(rendered)
      }
    }
  }

  let shape: Shape
  let cursors: Cursors

  /// The bytes of a page.
  ///
  /// - Parameters:
  ///   - binding: whom and what the cursor of the next page is for.
  ///   - limit: places that were asked for.
  func render(
    _ page: Page, binding: Cursors.Binding, limit: Int, now: Timestamp
  ) -> Rendered {
    let cursor = page.next.map { cursors.text($0, for: binding, now: now) }
    var json = JSONWriter(capacity: 512 + page.entries.count * 256)
    json.object { json in
      json.array(shape.list) { json in
        for entry in page.entries { write(entry, into: &json) }
      }
      json.member(shape.cursor, cursor)
      json.member("surface", binding.surface)
      json.member("limit", limit)
      json.member("scored_at", TimestampText.text(page.scoredAt))
      json.member("offset", page.offset.value)
      json.member("request_id", page.requestID)
      json.member("served_by", page.servedBy.name)
      json.member("degraded", page.degraded)
    }
    return Rendered(body: SharedBytes(json.bytes), cursor: cursor)
  }

  private func write(_ entry: Page.Entry, into json: inout JSONWriter) {
    json.object { json in
      json.member(shape.id, entry.item)
      json.member("rank", entry.rank)
      json.member("score", entry.score)
      json.member("reason", entry.reason.rawValue)
      if !entry.because.isEmpty { json.member("because", entry.because) }
      json.member("title", entry.title)
      if !entry.author.isEmpty { json.member("author_id", entry.author) }
      json.member("content_type", entry.contentType)
      if !entry.category.isEmpty { json.member("category", entry.category) }
      json.member("created_at", TimestampText.text(entry.created))
      json.array("sources") { json in
        for source in SourceName.sources(in: entry.sources) { json.value(source.name) }
      }
    }
  }

  /// The value of `Server-Timing` for the stages of a page.
  static func timing(_ stages: [Page.Stage], total: UInt64) -> String {
    var text = "total;dur=\(milliseconds(Int(clamping: total / 1_000)))"
    for stage in stages { text += ", \(stage.name);dur=\(milliseconds(stage.microseconds))" }
    return text
  }

  private static func milliseconds(_ microseconds: Int) -> String {
    let fraction = String(microseconds % 1_000)
    return "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
