internal import Feed
internal import HTTP
internal import JSON

/// What a model learned of which item follows which: sent in parts, then let serve as a whole.
enum NeighbourRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/admin/neighbours", operation: "adminNeighbours",
      summary: "The learned neighbours that serve, and those that are being sent.",
      callers: .admin, success: .init("Neighbours"), handle: show),
    Route(
      method: .post, path: "/admin/neighbours", operation: "adminSendNeighbours",
      summary: "Takes part of a table in: an item with its neighbours, a list, or one a line.",
      callers: .admin, parameters: [.init("table", "The table's name; another begins anew.")],
      body: .init("NeighbourInput", isBatch: true), success: .init("NeighboursTaken", 202),
      handle: send),
    Route(
      method: .post, path: "/admin/neighbours/serve", operation: "adminServeNeighbours",
      summary: "Lets the table that was sent serve, in place of the one before.", callers: .admin,
      body: .init("NeighboursServeInput"), success: .init("NeighboursServed"), handle: serve),
    Route(
      method: .delete, path: "/admin/neighbours", operation: "adminRemoveNeighbours",
      summary: "Takes the learned neighbours off.", callers: .admin,
      success: .init("NeighboursRemoved"), handle: remove),
  ]

  /// Identifiers that are looked up at a time.
  private static let partMax = 4_096

  private static func keeper(_ call: Call) throws(Problem) -> NeighbourKeeper {
    guard let keeper = call.service.neighbours else {
      throw Problem(.notFound, "This server keeps no learned neighbours.")
    }
    return keeper
  }

  @Sendable private static func show(_ call: Call) throws(Problem) {
    let state = try keeper(call).state
    var json = JSONWriter()
    json.object { json in
      if let table = state.serving {
        json.object("serving") { json in
          json.member("table", table.name)
          json.member("items", table.items)
          json.member("pairs", table.pairs)
          json.member("made", TimestampText.text(table.made))
        }
      }
      if let gathered = state.gathered {
        json.object("gathered") { json in
          json.member("table", gathered.name)
          json.member("items", gathered.items)
          json.member("pairs", gathered.pairs)
        }
      }
      json.member("notices", state.notices)
    }
    call.finish(json: json.bytes)
  }

  @Sendable private static func send(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    guard let name = call.text("table"), (1...Identifier.bytesMax).contains(name.utf8.count) else {
      throw Problem.parameter("table", "table is missing: the name of what is sent in parts.")
    }
    let body = try BodyRows(
      call.exchange, rowsMax: call.service.settings.batchEventsMax, allowsLines: true)
    try AdminRoutes.work(call, status: 202) { () throws(Problem) in
      let rows = try read(body, call.service.parsers)
      let taken: (items: Int, pairs: Int)
      do throws(NeighbourError) { taken = try keeper.gather(name, rows) } catch {
        throw problem(error)
      }
      var json = JSONWriter()
      json.object { json in
        json.member("table", name)
        json.member("rows", rows.count)
        json.member("items", taken.items)
        json.member("pairs", taken.pairs)
      }
      return json.bytes
    }
  }

  private static func read(
    _ body: BodyRows, _ parsers: ParserPool
  ) throws(Problem) -> [(item: String, neighbours: [NeighbourTable.Neighbour])] {
    try parsers.withParser(bytes: body.body.count) { (parser) throws(Problem) in
      var rows: [(item: String, neighbours: [NeighbourTable.Neighbour])] = []
      _ = try body.visit(parser) { (row) throws(Problem) in
        switch row.value {
        case .success(let value): rows.append(try NeighbourDecoder.row(value))
        case .failure(let error): throw Problem(error)
        }
      }
      return rows
    }
  }

  @Sendable private static func serve(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    let asked = try SingleWrite.object(call) { (row) throws(Problem) in
      try NeighbourDecoder.serve(row)
    }
    try AdminRoutes.work(call) { () throws(Problem) in
      let table: NeighbourTable
      do throws(NeighbourError) { table = try keeper.serve(asked.table, items: asked.items) } catch
      {
        throw problem(error)
      }
      var unknown = 0
      for first in stride(from: 0, to: table.identifiers, by: partMax) {
        // A part at a time, so that events get in between.
        let part = first..<min(first + partMax, table.identifiers)
        unknown += call.engine.read { world in table.unknown(part, in: world) }
      }
      var json = JSONWriter()
      json.object { json in
        json.member("table", table.name)
        json.member("items", table.items)
        json.member("pairs", table.pairs)
        json.member("unknown_items", unknown)
      }
      return json.bytes
    }
  }

  @Sendable private static func remove(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      let wasThere: Bool
      do throws(NeighbourError) { wasThere = try keeper.remove() } catch { throw problem(error) }
      var json = JSONWriter()
      json.object { json in json.member("removed", wasThere) }
      return json.bytes
    }
  }

  private static func problem(_ error: NeighbourError) -> Problem {
    let code: ProblemCode =
      switch error.code {
      case .invalid: .invalidBody
      case .tooMany: .limitReached
      case .conflict: .wrongState
      case .corrupt, .version, .unavailable: .internalError
      }
    return Problem(code, error.message)
  }
}
