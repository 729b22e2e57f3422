internal import Feed
internal import HTTP
internal import JSON

/// One event of one request: read, submitted, answered.
enum SingleWrite {
  /// Reads the one object of a body with `read`.
  static func object<Result>(
    _ call: Call, _ read: (JSONValue) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    let rows = try BodyRows(call.exchange, rowsMax: 1, allowsLines: false)
    return try call.service.parsers.withParser(bytes: rows.body.count) { (parser) throws(Problem) in
      let root: JSONValue
      do throws(JSONError) {
        root = try parser.parse(rows.body)
      } catch {
        throw Problem(error)
      }
      guard root.kind == .object else { throw Problem.field("", "The body is not an object.") }
      return try read(root)
    }
  }

  /// Submits an event and answers with `body` once it is durable and applied.
  ///
  /// - Parameters:
  ///   - always: called once when the event's fate is known, before the answer.
  ///   - isDoneAnyway: whether an event that finds nothing to do has done its work: 204.
  ///   - body: writes the members of the answer beside `offset`.
  static func submit(
    _ call: Call, _ event: Event, status: Int = 200, headers: [Response.Field] = [],
    always: @escaping @Sendable () -> Void = {}, isDoneAnyway: Bool = false,
    body: @escaping @Sendable (inout JSONWriter) -> Void
  ) {
    var batch = EventBatch()
    batch.append(event, received: call.received)
    call.engine.submit(batch) { result in
      always()
      switch result {
      case .failure(let error): call.shed(error)
      case .success(let receipts):
        guard let receipt = receipts.first else {
          return call.fail(Problem(.internalError, "The event got no receipt."))
        }
        if isDoneAnyway, receipt.outcome == .unknownTarget {
          return call.finish(Response(status: 204, headers: Call.privateHeaders))
        }
        if let problem = Intake.problem(receipt.outcome) { return call.fail(problem) }
        var json = JSONWriter(capacity: 256)
        json.object { json in
          body(&json)
          if let offset = receipt.offset { json.member("offset", offset.value) }
          if receipt.outcome == .duplicate { json.member("duplicate", true) }
        }
        let response = Response(
          status: status, headers: Call.privateHeaders + headers, bytes: json.bytes)
        // Who publishes a post finds it by its text from the answer on.
        if let filler = call.service.filler, let offset = receipt.offset, event.hasText {
          filler.whenFilled(offset) { call.finish(response) }
        } else {
          call.finish(response)
        }
      }
    }
  }
}

extension Event {
  /// Whether an item comes with it, whose text gets a vector.
  fileprivate var hasText: Bool { kind == .itemPublished || kind == .itemChanged }
}
