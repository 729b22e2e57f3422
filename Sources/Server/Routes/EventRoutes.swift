internal import Feed
internal import HTTP
internal import JSON

/// What users do, from users and from services.
enum EventRoutes {
  static let events = Route(
    method: .post, path: "/api/v1/events", operation: "addEvents",
    summary: "Events of any users: one, a list, or one a line.", callers: .service,
    body: .init("ServiceEvent", isBatch: true), success: .init("EventsAccepted", 202),
    isIdempotent: true, handle: addEvents)

  static let all: [Route] = [
    Route(
      method: .post, path: "/v1/interactions", operation: "addInteractions",
      summary: "What the user did: one, a list, or one a line.", callers: [.user, .anonymous],
      body: .init("Interaction", isBatch: true), success: .init("InteractionsAccepted", 202),
      isIdempotent: true, handle: addInteractions),
    events,
  ]

  @Sendable private static func addInteractions(_ call: Call) throws(Problem) {
    guard let user = call.caller.user else {
      throw Problem(.unauthorized, "Send a token or a session.")
    }
    let decoder = EventDecoder(
      user: Array(user.utf8), createsItems: false, received: call.received,
      eventID: derivedIDs(call))
    let intake = try read(call, decoder, keepsBytes: false)
    submit(call, intake) { call, intake, receipts in
      var intake = intake
      let kept = intake.settle(receipts, keepsBytes: false)
      Self.count(call, intake, kept)
      if intake.shape == .single { return answerSingle(call, intake, kept) }
      if kept.isEmpty, let problem = intake.refused.first?.problem { return call.fail(problem) }
      answerList(call, intake, kept)
    }
  }

  @Sendable private static func addEvents(_ call: Call) throws(Problem) {
    let decoder = EventDecoder(
      user: nil, createsItems: call.service.settings.unknownItems == .create,
      received: call.received, eventID: derivedIDs(call))
    let intake = try read(call, decoder, keepsBytes: true)
    ServiceBatch.submit(call, intake, isEvents: true)
  }

  /// Identifiers that a retry with the same `Idempotency-Key` derives again.
  private static func derivedIDs(_ call: Call) -> ((Int) -> [UInt8])? {
    guard let ticket = call.ticket else { return nil }
    return { Array(ticket.derivedID($0).utf8) }
  }

  private static func read(
    _ call: Call, _ decoder: EventDecoder, keepsBytes: Bool
  ) throws(Problem) -> Intake {
    let rows = try BodyRows(
      call.exchange, rowsMax: call.service.settings.batchEventsMax, allowsLines: true)
    do throws(Problem) {
      return try Intake.read(rows, call.service.parsers, keepsBytes: keepsBytes) {
        (row, index, batch) throws(Problem) in
        try decoder.append(row, index: index, to: &batch)
      }
    } catch {
      call.service.meters.count(.invalid)
      throw error
    }
  }

  /// Hands a batch to the log and answers when it is durable and applied.
  static func submit(
    _ call: Call, _ intake: Intake,
    _ then: @escaping @Sendable (Call, Intake, [Receipt]) -> Void
  ) {
    call.engine.submit(intake.batch) { result in
      switch result {
      case .success(let receipts): then(call, intake, receipts)
      case .failure(let error):
        call.shed(error)
      }
    }
  }

  /// What the answer says of an event whose own time is too far ahead.
  private static let aheadWarning =
    "The timestamp lies in the future: the time of arrival counts in its place."

  /// Counts rows by what became of them.
  static func count(_ call: Call, _ intake: Intake, _ kept: [Intake.Kept]) {
    let settings = call.engine.configuration.world
    let meters = call.service.meters
    var ahead: UInt64 = 0
    var counts = ServerMeters.EventCounts()
    for row in kept {
      let facts = RowText.facts(intake.batch, row.place, settings)
      if facts.isAhead { ahead += 1 }
      switch row.receipt.outcome {
      case .late: counts.add(.late, facts.action)
      case .duplicate: counts.add(.duplicate, facts.action)
      default: counts.add(.applied, facts.action)
      }
    }
    if ahead > 0 { meters.eventsAhead.add(ahead) }
    meters.count(counts)
    for row in intake.refused {
      switch row.problem.code {
      case .notFound: meters.count(.unknown)
      case .limitReached: meters.count(.refused)
      default: meters.count(.invalid)
      }
    }
  }

  /// The answer to one event.
  static func answerSingle(_ call: Call, _ intake: Intake, _ kept: [Intake.Kept]) {
    guard let receipt = kept.first?.receipt else {
      let problem = intake.refused.first?.problem
      return call.fail(problem ?? Problem(.internalError, "The event got no receipt."))
    }
    var json = JSONWriter(capacity: 128)
    json.object { json in write(call, receipt, intake.batch, 0, into: &json) }
    call.finish(status: 202, json: json.bytes)
  }

  private static func answerList(
    _ call: Call, _ intake: Intake, _ kept: [Intake.Kept]
  ) {
    var json = JSONWriter(capacity: 128 + intake.rows * 64)
    json.object { json in
      json.member("accepted", kept.count)
      json.member("refused", intake.refused.count)
      json.array("results") { json in
        var refused = intake.refused[...]
        for row in kept {
          while let before = refused.first, before.index < row.index {
            before.problem.writeRow(into: &json, index: before.index)
            refused.removeFirst()
          }
          json.object { json in
            json.member("index", row.index)
            json.member("status", 202)
            write(call, row.receipt, intake.batch, row.place, into: &json)
          }
        }
        for row in refused { row.problem.writeRow(into: &json, index: row.index) }
      }
    }
    call.finish(status: 202, json: json.bytes)
  }

  private static func write(
    _ call: Call, _ receipt: Receipt, _ batch: EventBatch, _ place: Int, into json: inout JSONWriter
  ) {
    let id = RowText.eventID(batch, place)
    let offset = receipt.offset?.value
    json.member("interaction_id", id.isEmpty ? "e\(offset ?? 0)" : id)
    if let offset { json.member("offset", offset) }
    if receipt.outcome == .duplicate { json.member("duplicate", true) }
    if receipt.outcome == .late { json.member("late", true) }
    if RowText.isAhead(batch, place, call.engine.configuration.world) {
      json.member("warning", aheadWarning)
    }
  }
}
