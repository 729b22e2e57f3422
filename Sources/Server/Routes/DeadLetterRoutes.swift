internal import Feed
internal import HTTP
internal import JSON

/// Events that were laid aside: to look at, and to take in again.
enum DeadLetterRoutes {
  private static let keys = JSONKeys(["ids"])
  /// Letters that one request takes in again or gives up at most.
  private static let replayMax = 10_000

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
    let ids = call.exchange.body.isEmpty ? nil : try readIDs(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      var replayed = 0
      var kept: [(id: Int64, reason: String)] = []
      for letter in try load(call, after: 0, limit: replayMax)
      where ids?.contains(letter.id) ?? true {
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
    let ids = call.exchange.body.isEmpty ? nil : try readIDs(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      var count = 0
      for letter in try load(call, after: 0, limit: replayMax)
      where ids?.contains(letter.id) ?? true {
        try remove(letter, call)
        count += 1
      }
      var json = JSONWriter()
      json.object { $0.member("discarded", count) }
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

  private static func readIDs(_ call: Call) throws(Problem) -> Set<Int64>? {
    try SingleWrite.object(call) { (row) throws(Problem) in
      var ids: Set<Int64>?
      do throws(JSONError) {
        try row.forEachMember(of: keys) { (_, value) throws(JSONError) in
          if value.isNull { return }
          var named: Set<Int64> = []
          for id in try value.elements(maxCount: replayMax) { named.insert(try id.int64()) }
          ids = named
        }
      } catch {
        throw Problem(error)
      }
      return ids
    }
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
