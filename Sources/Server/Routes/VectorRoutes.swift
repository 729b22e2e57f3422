internal import Feed
internal import HTTP
internal import JSON

/// Vectors from outside, and searches by vector.
enum VectorRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/v1/vectors", operation: "vectorSpaces",
      summary: "The spaces of vectors, their versions and sizes.", callers: [.readers, .admin],
      success: .init("VectorSpaces"), handle: spaces),
    VectorBatch.route,
    Route(
      method: .put, path: "/v1/items/{id}/vectors/{space}", operation: "putVector",
      summary: "Gives an item a vector in a space.", callers: [.service, .admin],
      body: .init("VectorInput"), success: .init("VectorWritten"), handle: put),
    Route(
      method: .delete, path: "/v1/items/{id}/vectors/{space}", operation: "deleteVector",
      summary: "Takes an item's vector out of a space.", callers: .service,
      success: .init("VectorWritten"), handle: remove),
    Route(
      method: .post, path: "/v1/vectors/{space}/search", operation: "searchVectors",
      summary: "The items nearest to a vector, an item or a text.", callers: .readers,
      body: .init("VectorQuery"), success: .init("VectorHits"), handle: search),
    Route(
      method: .post, path: "/admin/vectors/{space}/serve", operation: "adminServeVersion",
      summary: "Lets another version of a space serve: a newer one when it is sound, or the one "
        + "before.", callers: .admin, body: .init("VersionInput"), success: .init("VersionServed"),
      handle: serve),
  ]

  /// Components of a vector at most.
  static let componentsMax = 4_096
  /// Hits of a search at most.
  static let hitsMax = 1_000

  @Sendable private static func spaces(_ call: Call) throws(Problem) {
    var json = JSONWriter()
    json.object { json in
      json.array("spaces") { json in
        for space in call.engine.read({ $0.spaceViews() }) { write(space, into: &json) }
      }
    }
    call.finish(json: json.bytes)
  }

  private static func write(_ space: SpaceView, into json: inout JSONWriter) {
    json.object { json in
      json.member("space", space.name)
      json.member("metric", space.metric)
      write("serving", space.serving, into: &json)
      if let next = space.next { write("next", next, into: &json) }
      if let previous = space.previous { write("previous", previous, into: &json) }
    }
  }

  private static func write(
    _ name: String, _ version: SpaceView.Version, into json: inout JSONWriter
  ) {
    json.object(name) { json in
      json.member("version", Int(version.number))
      json.member("encoder", version.encoder)
      json.member("dimension", version.dimension)
      json.member("items", version.items)
    }
  }

  @Sendable private static func put(_ call: Call) throws(Problem) {
    let (item, space) = (try call.capture(), try space(call))
    let input = try SingleWrite.object(call) { (row) throws(Problem) in
      try VectorDecoder.input(row)
    }
    try check(input, space)
    let vector = ItemVector(
      item: item, space: space.name, version: input.version ?? 0, vector: input.vector,
      time: call.received)
    submit(call, vector)
  }

  @Sendable private static func remove(_ call: Call) throws(Problem) {
    let vector = ItemVector(
      item: try call.capture(), space: try space(call).name, vector: [], time: call.received)
    submit(call, vector)
  }

  /// Whether a vector is one of a space.
  static func check(_ input: VectorDecoder.Input, _ space: SpaceView) throws(Problem) {
    let version = try version(input.version, of: space)
    if let version, version.dimension != input.vector.count {
      throw Problem.field(
        "/vector",
        "\(input.vector.count) components; the space \(space.name) has \(version.dimension).")
    }
  }

  private static func submit(_ call: Call, _ vector: ItemVector) {
    SingleWrite.submit(call, .itemVector(vector)) { json in
      json.member("item_id", vector.item)
      json.member("space", vector.space)
    }
  }

  /// The space that the path names.
  private static func space(_ call: Call) throws(Problem) -> SpaceView {
    let name = try call.capture(1)
    let spaces = call.engine.read { $0.spaceViews() }
    guard let space = spaces.first(where: { $0.name == name }) else {
      throw unknown(name, spaces.map(\.name))
    }
    return space
  }

  static func unknown(_ name: String, _ known: [String]) -> Problem {
    Problem(
      .notFound,
      "There is no space of vectors \(name); there are \(known.joined(separator: ", ")). "
        + "world.spaces in the configuration makes one.")
  }

  /// The version of a number, the serving one for nil; nil for one that is new.
  private static func version(
    _ number: UInt32?, of space: SpaceView
  ) throws(Problem) -> SpaceView.Version? {
    guard let number else { return space.serving }
    let known = [space.serving, space.next, space.previous].compactMap(\.self)
    if let version = known.first(where: { $0.number == number }) { return version }
    guard number > known.map(\.number).max() ?? 0 else {
      throw Problem.field(
        "/version", "Version \(number) is gone; the space serves \(space.serving.number).")
    }
    return nil
  }

  @Sendable private static func search(_ call: Call) throws(Problem) {
    let name = try call.capture()
    let asked = try SingleWrite.object(call) { (row) throws(Problem) in
      try VectorDecoder.query(row, space: name)
    }
    let isQueued = call.service.ranking.submit {
      do throws(Problem) {
        call.finish(json: try answer(asked, call))
      } catch {
        call.fail(error)
      }
    }
    guard isQueued else {
      throw Problem(.overloaded, "Too many requests wait.", retryAfterMs: 1_000)
    }
  }

  private static func answer(_ query: VectorQuery, _ call: Call) throws(Problem) -> [UInt8] {
    var query = query
    if case .text(let text) = query.target, query.space == "text",
      let vector = call.service.filler?.vector(of: text)
    {
      query.target = .vector(vector)
    }
    let asked = query
    let time = call.engine.time
    let end = call.start &+ 1_000_000_000
    let answer: VectorAnswer
    do throws(VectorQueryError) {
      answer = try call.engine.read { (world) throws(VectorQueryError) in
        try world.answer(asked) { time.ticks < end }
      }
    } catch {
      switch error {
      case .unknownSpace(let known): throw unknown(query.space, known)
      case .noEncoder:
        throw Problem.field(
          "/text", "Nothing makes vectors of texts for this space now: send a vector.")
      case .unknownItem:
        throw Problem(.notFound, "There is no such item, or it has no vector in this space.")
      case .dimension(let dimension):
        throw Problem.field("/vector", "The space has vectors of \(dimension) components.")
      }
    }
    var json = JSONWriter(capacity: 4_096)
    json.object { json in
      json.array("hits") { json in
        for found in answer.found {
          json.object { json in
            json.member("item_id", found.item)
            json.member("score", found.score)
            json.member("title", found.title)
          }
        }
      }
      json.member("space", query.space)
      json.member("version", Int(answer.version))
      json.member("strategy", answer.strategy)
      json.member("visited", answer.visited)
      json.member("complete", !answer.isCutShort)
    }
    return json.bytes
  }

  @Sendable private static func serve(_ call: Call) throws(Problem) {
    let name = try call.capture()
    let spaces = call.engine.read { $0.spaceViews() }
    guard let space = spaces.first(where: { $0.name == name }) else {
      throw unknown(name, spaces.map(\.name))
    }
    let number = try SingleWrite.object(call) { (row) throws(Problem) in
      try VectorDecoder.version(row)
    }
    let known = [space.serving, space.next, space.previous].compactMap(\.self).map(\.number)
    guard known.contains(number) else {
      throw Problem.field("/version", "There are the versions \(known.sorted()).")
    }
    try AdminRoutes.work(call) { () throws(Problem) in
      let verdict = call.engine.judge(space: name, version: number)
      guard verdict.isSound || number == space.previous?.number else {
        throw Problem(.notSound, "Version \(number): \(verdict).")
      }
      var batch = EventBatch()
      batch.append(
        .spaceSwitched(SpaceSwitch(space: name, version: number, time: call.received)),
        received: call.received)
      do throws(SubmitError) {
        _ = try call.engine.submit(batch)
      } catch {
        throw Intake.problem(error)
      }
      var json = JSONWriter()
      json.object { json in
        json.member("space", name)
        json.member("version", Int(number))
        json.member("verdict", verdict.description)
      }
      return json.bytes
    }
  }
}
