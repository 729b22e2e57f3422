internal import Feed
internal import HTTP
internal import JSON

/// Events that were laid aside: to look at, and to take in again.
enum DeadLetterRoutes {
  private static let keys = JSONKeys(["ids", "after"])
  /// Letters that one request looks at at most.
  private static let lettersMax = 10_000
  /// Letters that are read at once.
  private static let slice = 1_000

  /// Which letters a request means.
  private struct Wanted {
    /// Only these; nil = all.
    var ids: Set<Int64>?
    /// Only those behind this one.
    var after: Int64 = 0
  }

  @Sendable static func list(_ call: Call) throws(Problem) {
    let after = Int64(try call.integer("after") ?? 0)
    let limit = try call.integer("limit") ?? 100
    try AdminRoutes.work(call) { () throws(Problem) in
      let letters = try load(call, after: after, limit: limit)
      var json = JSONWriter(capacity: 4096)
      json.object { json in
        json.array("dead_letters") { json in
          for letter in letters {
            json.object { json in
              json.member("id", letter.id)
              json.member("received", TimestampText.text(letter.received))
              json.member("origin", letter.origin)
              json.member("reason", letter.reason)
              json.member("bytes", String(decoding: letter.bytes, as: UTF8.self))
            }
          }
        }
        json.member("next", letters.count == limit ? letters.last.map { String($0.id) } : nil)
      }
      return json.bytes
    }
  }

  @Sendable static func replay(_ call: Call) throws(Problem) {
    let wanted = try read(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      var replayed = 0
      var kept: [(id: Int64, reason: String)] = []
      let next = try visit(call, wanted) { (letter) throws(Problem) in
        do throws(Problem) {
          try takeIn(letter, call)
          replayed += 1
        } catch {
          kept.append((letter.id, "\(error.code.rawValue): \(error.detail)"))
        }
      }
      var json = JSONWriter()
      json.object { json in
        json.member("replayed", replayed)
        json.member("refused", kept.count)
        if let next { json.member("next", next) }
        json.array("kept") { json in
          for letter in kept.prefix(Intake.toldMax) {
            json.object { json in
              json.member("id", letter.id)
              json.member("reason", letter.reason)
            }
          }
        }
      }
      return json.bytes
    }
  }

  @Sendable static func discard(_ call: Call) throws(Problem) {
    let wanted = try read(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      var count = 0
      let next = try visit(call, wanted) { (letter) throws(Problem) in
        try remove(letter, call)
        count += 1
      }
      var json = JSONWriter()
      json.object { json in
        json.member("discarded", count)
        if let next { json.member("next", next) }
      }
      return json.bytes
    }
  }

  private static func remove(_ letter: DeadLetter, _ call: Call) throws(Problem) {
    do {
      _ = try call.engine.removeDeadLetter(id: letter.id)
    } catch {
      throw Problem(.logFailed, error.description)
    }
  }

  private static func read(_ call: Call) throws(Problem) -> Wanted {
    if call.exchange.body.isEmpty { return Wanted() }
    return try SingleWrite.object(call) { (row) throws(Problem) in
      var wanted = Wanted()
      do throws(JSONError) {
        try row.forEachMember(of: keys) { (key, value) throws(JSONError) in
          if value.isNull { return }
          if keys.names[key] == "after" {
            wanted.after = Int64(try value.int(in: 0...Int.max))
            return
          }
          var named: Set<Int64> = []
          for id in try value.elements(maxCount: lettersMax) { named.insert(try id.int64()) }
          wanted.ids = named
        }
      } catch {
        throw Problem(error)
      }
      return wanted
    }
  }

  /// Calls `body` with each letter that is wanted, oldest first.
  ///
  /// - Returns: behind which one to go on, when there may be more than one request looks at.
  private static func visit(
    _ call: Call, _ wanted: Wanted, _ body: (DeadLetter) throws(Problem) -> Void
  ) throws(Problem) -> Int? {
    // Nothing before the first that is named needs a look.
    var after = max(wanted.after, wanted.ids?.min().map { max($0, 1) - 1 } ?? 0)
    let last = wanted.ids?.max() ?? .max
    var looked = 0
    while after < last {
      let letters = try load(call, after: after, limit: slice)
      for letter in letters where wanted.ids?.contains(letter.id) ?? true { try body(letter) }
      looked += letters.count
      guard let newest = letters.last?.id, letters.count == slice else { return nil }
      after = newest
      if looked >= lettersMax, after < last { return Int(after) }
    }
    return nil
  }

  private static func load(
    _ call: Call, after: Int64, limit: Int
  ) throws(Problem) -> [DeadLetter] {
    do {
      return try call.engine.deadLetters(after: after, limit: limit)
    } catch {
      throw Problem(.logFailed, error.description)
    }
  }

  /// Reads a letter as its route would, submits it, and removes it once it is in.
  private static func takeIn(_ letter: DeadLetter, _ call: Call) throws(Problem) {
    let service = call.service
    let rows = BodyRows(body: letter.bytes, isLines: false, rowsMax: 1)
    let intake = try Intake.read(rows, service.parsers, keepsBytes: false) {
      (row, index, batch) throws(Problem) in
      switch letter.origin {
      case "POST /api/v1/events":
        let decoder = EventDecoder(
          user: nil, createsItems: service.settings.unknownItems == .create,
          received: call.received, eventID: { _ in Array("dead-letter-\(letter.id)".utf8) })
        try decoder.append(row, index: index, to: &batch)
      case "POST /api/v1/items":
        let decoder = CatalogRoutes.itemDecoder(service, call.received)
        batch.append(
          .itemPublished(try decoder.item(row, id: nil)), received: call.received)
      case "POST /api/v1/users":
        let profile = try PeopleDecoder.profile(row, user: nil, received: call.received)
        batch.append(.profile(profile), received: call.received)
      case "POST /api/v1/follows":
        let follow = try PeopleDecoder.follow(
          row, follower: nil, followee: nil, received: call.received)
        batch.append(.follow(follow), received: call.received)
      default: throw Problem(.invalidBody, "Nothing here reads letters of \(letter.origin).")
      }
    }
    let receipts: [Receipt]
    do { receipts = try call.engine.submit(intake.batch) } catch { throw Intake.problem(error) }
    if let problem = receipts.first.flatMap({ Intake.problem($0.outcome) }) { throw problem }
    try remove(letter, call)
  }
}
