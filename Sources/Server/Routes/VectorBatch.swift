internal import Feed
internal import HTTP
internal import JSON

/// Vectors of many items in one request.
enum VectorBatch {
  static let route = Route(
    method: .post, path: "/api/v1/vectors", operation: "putVectors",
    summary: "Gives items vectors in spaces: one, a list, or one a line.",
    callers: [.service, .admin], body: .init("VectorRow", isBatch: true),
    success: .init("VectorsAccepted", 202), handle: put)

  @Sendable private static func put(_ call: Call) throws(Problem) {
    let rows = try BodyRows(
      call.exchange, rowsMax: call.service.settings.batchEventsMax, allowsLines: true)
    let spaces = call.engine.read { $0.spaceViews() }
    let intake = try Intake.read(rows, call.service.parsers, keepsBytes: false) {
      (row, _, batch) throws(Problem) in
      let (item, name, input) = try VectorDecoder.row(row)
      guard let space = spaces.first(where: { $0.name == name }) else {
        throw VectorRoutes.unknown(name, spaces.map(\.name))
      }
      try VectorRoutes.check(input, space)
      batch.append(
        .itemVector(
          ItemVector(
            item: item, space: name, version: input.version ?? 0, vector: input.vector,
            time: call.received)), received: call.received)
    }
    EventRoutes.submit(call, intake) { call, intake, receipts in
      answer(call, intake, receipts)
    }
  }

  private static func answer(_ call: Call, _ intake: Intake, _ receipts: [Receipt]) {
    var intake = intake
    let unknown = receipts.count { $0.outcome == .unknownTarget }
    let kept = intake.settle(receipts, keepsBytes: false)
    if intake.shape == .single, let problem = intake.refused.first?.problem {
      return call.fail(problem)
    }
    var json = JSONWriter(capacity: 256)
    json.object { json in
      json.member("accepted", kept.count)
      json.member("refused", intake.refused.count)
      json.member("unknown_items", unknown)
      if let last = kept.last?.receipt.offset { json.member("offset", last.value) }
      if !intake.refused.isEmpty {
        json.array("errors") { json in
          for row in intake.refused.prefix(Intake.toldMax) {
            row.problem.writeRow(into: &json, index: row.index)
          }
        }
      }
    }
    call.finish(status: 202, json: json.bytes)
  }
}
