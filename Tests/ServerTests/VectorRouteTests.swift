import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// Vectors over HTTP: spaces, vectors from outside, searches, versions.
@Suite struct VectorRouteTests {
  private static func server(embedder: (any TextEmbedder)? = nil) throws -> TestServer {
    try TestServer(embedder: embedder) { configuration in
      var image = SpaceSettings()
      image.dimension = 3
      configuration.world.spaces = ["image": image]
    }
  }

  private static func hits(_ answer: HTTPClient.Answer) -> [String] {
    (try? answer.read { root in
      var ids: [String] = []
      for hit in try root.require("hits").elements() {
        ids.append(try hit.require("item_id").string())
      }
      return ids
    }) ?? []
  }

  @Test func vectorsOfASpaceAreSearched() throws {
    let server = try Self.server()
    let service = try server.key(.service)
    try server.publish(
      [
        #"{"item_id":"a","title":"Night trains","category":"rail"}"#,
        #"{"item_id":"b","title":"Slow boats","category":"sea"}"#,
      ], as: service)
    for (item, vector) in [("a", "[1,0,0]"), ("b", "[0.9,0.1,0]")] {
      let answer = try server.send(
        "PUT", "/v1/items/\(item)/vectors/image", as: service, #"{"vector":\#(vector)}"#)
      #expect(answer.status == 200, "\(answer.text)")
    }
    let ann = try server.user("ann")
    func search(_ body: String, _ space: String = "image") throws -> HTTPClient.Answer {
      try server.send("POST", "/v1/vectors/\(space)/search", as: ann, body)
    }
    let answer = try search(#"{"vector":[1,0,0],"k":2}"#)
    #expect(Self.hits(answer) == ["a", "b"], "\(answer.text)")
    #expect(answer.number("version") == 1)
    #expect(Self.hits(try search(#"{"item_id":"a"}"#)) == ["b"])
    #expect(Self.hits(try search(#"{"vector":[1,0,0],"category":"sea"}"#)) == ["b"])
    #expect(Self.hits(try search(#"{"vector":[1,0,0],"exact":true,"k":1}"#)) == ["a"])
    #expect(Self.hits(try search(#"{"text":"trains at night"}"#, "text")).first == "a")
    let gone = try server.send("DELETE", "/v1/items/a/vectors/image", as: service)
    #expect(gone.status == 200, "\(gone.text)")
    #expect(Self.hits(try search(#"{"vector":[1,0,0]}"#)) == ["b"])
    #expect(try server.send("GET", "/v1/vectors", as: ann).text.contains(#""space":"image""#))
  }

  @Test(arguments: [
    (#"{"vector":[1,0]}"#, "image", 422, "3 components"),
    (#"{"vector":[1,0,0],"item_id":"a"}"#, "image", 422, "send one of"),
    (#"{}"#, "image", 422, "send one of"), (#"{"k":0,"vector":[1,0,0]}"#, "image", 422, "/k"),
    (#"{"k":1001,"vector":[1,0,0]}"#, "image", 422, "/k"),
    (#"{"vector":[]}"#, "image", 422, "/vector"),
    (#"{"vector":[1e39,0,0]}"#, "image", 422, "/vector"),
    (#"{"item_id":"none"}"#, "image", 404, "no such item"),
    (#"{"text":"x"}"#, "image", 422, "send a vector"),
    (#"{"vector":[1,0,0]}"#, "sound", 404, "image"),
    (#"[1]"#, "image", 422, "not an object"), (#"{"#, "image", 400, ""),
  ])
  func whatCannotBeSearchedSaysWhy(body: String, space: String, status: Int, says: String) throws {
    let server = try Self.server()
    let answer = try server.send(
      "POST", "/v1/vectors/\(space)/search", as: try server.user("ann"), body)
    #expect(answer.status == status, "\(answer.text)")
    #expect(says.isEmpty || answer.text.contains(says), "\(answer.text)")
  }

  @Test func vectorsThatDoNotFitAreRefused() throws {
    let server = try Self.server()
    let service = try server.key(.service)
    try server.publish([#"{"item_id":"a","title":"A"}"#], as: service)
    func put(_ body: String, _ path: String = "/v1/items/a/vectors/image") throws -> Int {
      try server.send("PUT", path, as: service, body).status
    }
    #expect(try put(#"{"vector":[1,0]}"#) == 422)
    #expect(try put(#"{"vector":[]}"#) == 422)
    #expect(try put(#"{}"#) == 422)
    #expect(try put(#"{"vector":[1,0,0],"version":0}"#) == 422)
    #expect(try put(#"{"vector":[1,0,0]}"#, "/v1/items/none/vectors/image") == 404)
    #expect(try put(#"{"vector":[1,0,0]}"#, "/v1/items/a/vectors/sound") == 404)
    #expect(try put(#"{"vector":[1,0,0]}"#) == 200)
  }

  @Test func vectorsOfManyItemsComeInOneRequest() throws {
    let server = try Self.server()
    let (service, ann) = (try server.key(.service), try server.user("ann"))
    try server.publish(
      ["a", "b", "c"].map { #"{"item_id":"\#($0)","title":"\#($0)"}"# }, as: service)
    func put(_ body: String, _ type: String = "application/json") throws -> HTTPClient.Answer {
      try server.send(
        "POST", "/api/v1/vectors", as: service, body, headers: [.init("Content-Type", type)])
    }
    let answer = try put(
      [
        #"{"item_id":"a","space":"image","vector":[1,0,0]}"#,
        #"{"item_id":"b","space":"image","vector":[0,1]}"#,
        #"{"item_id":"none","space":"image","vector":[0,1,0]}"#,
        #"{"item_id":"b","space":"sound","vector":[0,1,0]}"#,
        #"{"item_id":"b","space":"image","vector":[0.9,0.1,0]}"#, #"{"item_id":"c"}"#, "{",
      ].joined(separator: "\n"), "application/x-ndjson")
    #expect(answer.status == 202, "\(answer.text)")
    #expect(answer.number("accepted") == 2 && answer.number("refused") == 5, "\(answer.text)")
    #expect(answer.number("unknown_items") == 1)
    for word in ["2 components", "no space of vectors sound", #""index":2"#, "space"] {
      #expect(answer.text.contains(word), "\(word): \(answer.text)")
    }
    let found = try server.send(
      "POST", "/v1/vectors/image/search", as: ann, #"{"vector":[1,0,0]}"#)
    #expect(Self.hits(found) == ["a", "b"], "\(found.text)")
    #expect(try put(#"[{"item_id":"c","space":"image","vector":[0,0,1]}]"#).number("accepted") == 1)
    #expect(try put(#"{"item_id":"c","space":"image","vector":[0,0,1]}"#).status == 202)
    #expect(try put(#"{"item_id":"x","space":"image","vector":[0,0,1]}"#).status == 404)
    #expect(try put("[]").status == 422)
  }

  @Test func aVersionIsFilledServedAndLeftAgain() throws {
    let server = try Self.server()
    let (service, admin) = (try server.key(.service), try server.key(.admin))
    try server.publish([#"{"item_id":"a","title":"A"}"#], as: service)
    func serve(_ version: Int) throws -> HTTPClient.Answer {
      try server.send(
        "POST", "/admin/vectors/image/serve", as: admin, #"{"version":\#(version)}"#)
    }
    for body in [#"{"vector":[1,0,0]}"#, #"{"vector":[1,2,3,4],"version":2}"#] {
      let answer = try server.send("PUT", "/v1/items/a/vectors/image", as: service, body)
      #expect(answer.status == 200, "\(answer.text)")
    }
    #expect(try serve(9).status == 422)
    let served = try serve(2)
    #expect(served.status == 200, "\(served.text)")
    #expect(served.text.contains("recall@10"))
    func search(_ vector: String) throws -> Int {
      try server.send(
        "POST", "/v1/vectors/image/search", as: service, #"{"vector":\#(vector)}"#
      ).status
    }
    #expect(try search("[1,2,3,4]") == 200)
    #expect(try serve(1).status == 200)
    #expect(try search("[1,2,3]") == 200)
  }

  @Test func aVersionThatCoversTooLittleDoesNotServe() throws {
    let server = try Self.server()
    let (service, admin) = (try server.key(.service), try server.key(.admin))
    try server.publish(
      ["a", "b"].map { #"{"item_id":"\#($0)","title":"\#($0)"}"# }, as: service)
    for (item, body) in [
      ("a", #"{"vector":[1,0,0]}"#), ("b", #"{"vector":[0,1,0]}"#),
      ("a", #"{"vector":[1,0],"version":2}"#),
    ] {
      _ = try server.send("PUT", "/v1/items/\(item)/vectors/image", as: service, body)
    }
    let answer = try server.send(
      "POST", "/admin/vectors/image/serve", as: admin, #"{"version":2}"#)
    #expect(answer.code == "not-sound", "\(answer.text)")
    #expect(answer.text.contains("coverage 0.5"))
  }

  /// Letters counted: 26 components, so that two texts are near when they use the same letters.
  private struct Letters: TextEmbedder {
    let dimension = 26
    let name = "letters"

    func embed(_ texts: [String]) -> [[Float]] {
      texts.map { text in
        var counts = [Float](repeating: 0, count: 26)
        for byte in text.lowercased().utf8 where (97...122).contains(byte) {
          counts[Int(byte) - 97] += 1
        }
        return counts
      }
    }

    func embed(query: String, within milliseconds: Int) -> [Float]? { embed([query])[0] }
  }

  @Test func aTextModelTakesOverWhatTheLogHoldsAndThenEachNewItem() throws {
    let log = MemoryLog()
    var old: TestServer? = try TestServer(log: log)
    try old?.publish(
      [#"{"item_id":"a","title":"zzzz"}"#, #"{"item_id":"b","title":"qqqq"}"#],
      as: try #require(try old?.key(.service)))
    old = nil
    let server = try TestServer(log: log, embedder: Letters())
    let ann = try server.user("ann")
    func space() throws -> String { try server.send("GET", "/v1/vectors", as: ann).text }
    while !(try space().contains(#""encoder":"letters""#)) {}
    func nearest(_ text: String) throws -> String? {
      Self.hits(
        try server.send(
          "POST", "/v1/vectors/text/search", as: ann, #"{"text":"\#(text)","k":1}"#)
      ).first
    }
    #expect(try nearest("Zz") == "a")
    #expect(try nearest("Qq") == "b")
    // A post is found by its text from the answer on, which waits for that up to two seconds: on a
    // machine that is busy otherwise it may come a little later.
    var foundAtOnce = 0
    for number in 0..<20 {
      let letter = String(UnicodeScalar(UInt8(97 + number)))
      let title = String(repeating: letter, count: 3)
      let made = try server.send(
        "POST", "/v1/posts", as: ann, #"{"post_id":"p\#(number)","title":"\#(title)"}"#)
      #expect(made.status == 201)
      let expected = letter == "q" ? ["b", "p\(number)"] : ["p\(number)"]
      if expected.contains(try nearest(title) ?? "") { foundAtOnce += 1 }
      while !expected.contains(try nearest(title) ?? "") {}
    }
    #expect(foundAtOnce >= 15, "\(foundAtOnce) of 20")
  }
}
