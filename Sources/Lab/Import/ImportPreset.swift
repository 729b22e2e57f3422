internal import Feed

/// What a record is.
public enum ImportKind: String, CaseIterable, Sendable {
  case event, item, user, follow, unfollow, delete
}

/// Ready maps for known data sets.
public enum ImportPreset: String, CaseIterable, Sendable {
  /// MovieLens 100K: `u.data` (ratings become likes, clicks and skips) or `u.item` (films).
  case movielens
  /// The Globo clicks: sessions of news readers.
  case globo
  /// An edge list: two columns, each row follows in both directions.
  case edges

  /// How the file is laid out.
  struct Layout {
    var delimiter: UInt8
    var names: [String]?
    var encoding: InputEncoding
  }

  func layout(path: String) -> Layout {
    switch self {
    case .movielens where Self.isFilms(path):
      Layout(delimiter: 0x7C, names: Self.filmColumns, encoding: .latin1)
    case .movielens:
      Layout(
        delimiter: 0x09, names: ["user", "item", "rating", "timestamp"], encoding: .utf8)
    case .globo, .edges: Layout(delimiter: 0x2C, names: nil, encoding: .utf8)
    }
  }

  static func isFilms(_ path: String) -> Bool {
    path.hasSuffix("u.item") || path.hasSuffix("u.item.gz")
  }

  static let genres = [
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
  ]

  private static let filmColumns = ["item", "title", "released", "video", "url"] + genres
}

extension RecordMapper {
  /// The events of a record of a known data set.
  func presetEvents(_ preset: ImportPreset, _ record: InputRecord) throws(Refusal) -> [Event] {
    switch preset {
    case .movielens:
      return record.values["title"] == nil
        ? [try rating(record)] : [.itemPublished(try film(record))]
    case .globo:
      var columns = ColumnMap()
      columns.sources = [
        .user: .init(column: "user_id"), .item: .init(column: "click_article_id"),
        .session: .init(column: "session_id"),
        .time: .init(column: "click_timestamp", unit: .milliseconds),
      ]
      return [try with(columns).interaction(record, action: .click)]
    case .edges:
      guard let one = record.text(["id_1", "from", "source"]),
        let other = record.text(["id_2", "to", "target"]), Identifier.isValid(one),
        Identifier.isValid(other)
      else { throw Refusal("missing", "expected the columns id_1 and id_2, or from and to") }
      return [
        .follow(Follow(follower: one, followee: other, time: now)),
        .follow(Follow(follower: other, followee: one, time: now)),
      ]
    }
  }

  private func with(_ columns: ColumnMap) -> RecordMapper {
    RecordMapper(kind: kind, map: columns, preset: nil, prefix: prefix, now: now)
  }

  /// A rating of 4 and 5 is a like, of 3 a click, below that a skip.
  private func rating(_ record: InputRecord) throws(Refusal) -> Event {
    guard let rating = record.text(["rating"]).flatMap(Int.init), (1...5).contains(rating) else {
      throw Refusal("value", "expected a rating from 1 to 5")
    }
    var columns = ColumnMap()
    columns.sources = [.time: .init(column: "timestamp", unit: .seconds)]
    let action: Action = rating >= 4 ? .like : rating == 3 ? .click : .skip
    return try with(columns).interaction(record, action: action)
  }

  private func film(_ record: InputRecord) throws(Refusal) -> Item {
    var item = Item(id: try identifier(.item, record))
    item.title = record.text(["title"]) ?? ""
    item.contentType = "film"
    item.tags = ImportPreset.genres.filter { record.text([$0]) == "1" }
    item.topic = item.tags.first ?? ""
    item.category = item.tags.first ?? ""
    item.created = Self.released(record.text(["released"]) ?? "") ?? now
    item.eventID = eventID(record)
    return item
  }

  /// "01-Jan-1995"; films from before 1970 count as of then.
  private static func released(_ text: String) -> Timestamp? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let parts = text.split(separator: "-")
    guard parts.count == 3, let month = months.firstIndex(of: String(parts[1])),
      let year = Int(parts[2])
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    let time = TimeUnit.rfc3339.time("\(parts[2])-\(number)-\(parts[0])T00:00:00Z")
    return time ?? (year < 1970 ? Timestamp(milliseconds: 1000) : nil)
  }
}
