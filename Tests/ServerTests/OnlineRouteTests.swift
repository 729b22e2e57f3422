import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// The online part from end to end: what many users choose in the same circumstances stands higher
/// on others' pages within seconds, on the surface that has it on.
@Suite struct OnlineRouteTests {
  private func server() throws -> TestServer {
    try TestServer {
      var surface = SurfaceSettings()
      surface.sources = ["fresh": 30]
      surface.weights = ["recency": 1]
      surface.seen = .off
      surface.mmrLambda = 1
      surface.authorCap = 0
      surface.runMax = 0
      surface.deadlineMs = 60_000
      surface.sourcesDeadlineMs = 60_000
      $0.surfaces["off"] = surface
      surface.online.enabled = true
      surface.online.slotsLog2 = 14
      $0.surfaces["on"] = surface
    }
  }

  /// The sample of a name with its labels; nil where there is none.
  private func value(_ sample: String, _ server: TestServer) throws -> Double? {
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    return text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
      .flatMap { Double($0.dropFirst(sample.utf8.count + 1)) }
  }

  @Test func whatManyChooseRisesForOthersWithinSeconds() throws {
    let server = try server()
    let start = Int(server.clock.now.milliseconds / 1_000)
    try server.publish(
      (0..<12).map {
        #"{"item_id":"i\#($0)","title":"Item \#($0)","created_at":\#(start - 3_600 * $0)}"#
      }, as: try server.key(.service))
    func page(_ user: String, _ surface: String, _ context: String = "ios") throws
      -> HTTPClient.Answer
    {
      try server.send(
        "GET", "/v1/feed?surface=\(surface)&context=\(context)&limit=10",
        as: try server.user(user))
    }
    // A page of somebody of whom nothing is known can't be told to be true.
    let eve = try server.user("eve")
    let known = #"{"item_id":"i11","event":"impression"}"#
    #expect(try server.send("POST", "/v1/interactions", as: eve, known).status == 202)
    let kept = try page("eve", "on")
    #expect(kept.items.firstIndex(of: "i6") == 6, "\(kept.text)")
    for user in 0..<40 {
      for surface in ["on", "off"] {
        let answer = try page("u\(user)", surface)
        let body =
          #"{"item_id":"i6","event":"click","request_id":"\#(answer.text("request_id"))"}"#
        let sent = try server.send(
          "POST", "/v1/interactions", as: try server.user("u\(user)"), body)
        #expect(sent.status == 202, "\(sent.text)")
      }
    }
    // The thread that learns looks at the log once a second.
    var looks = 0
    while try value(#"updraft_online_steps_total{surface="on"}"#, server) != 40, looks < 100_000 {
      looks += 1
    }
    #expect(try page("new", "on").items.first == "i6")
    #expect(try page("new", "off").items.firstIndex(of: "i6") == 6)
    // A page that was kept stays until its user does something.
    #expect(try page("eve", "on").text("request_id") == kept.text("request_id"))
    let own = #"{"item_id":"i2","event":"click","request_id":"\#(kept.text("request_id"))"}"#
    #expect(try server.send("POST", "/v1/interactions", as: eve, own).status == 202)
    #expect(try page("eve", "on").items.first == "i6")
    // In other circumstances, only the item by itself has spoken.
    let elsewhere = try page("other", "on", "android")
    let scores = try [page("new", "on"), elsewhere].map { answer in
      try answer.read { root in
        let posts = try root.require("posts").elements()
        let post = try #require(
          try posts.first { try $0.require("post_id").string() == "i6" })
        return try post.require("score").double()
      }
    }
    #expect(scores[0] > scores[1] + 0.2)
    for name in ["updraft_online_pages_waiting", #"updraft_online_places_total{surface="on"}"#] {
      #expect(try value(name, server) ?? 0 > 0, "\(name)")
    }
    #expect(try value("updraft_online_pages_given_up_total", server) == 0)
    #expect(try value(#"updraft_online_steps_total{surface="off"}"#, server) == nil)
    #expect(
      try value(#"updraft_projection_lag_events{projection="online"}"#, server) != nil)
  }

  @Test func nothingIsShownWhileNoSurfaceHasIt() throws {
    let server = try TestServer()
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    #expect(!text.contains("online_") && !text.contains(#"projection="online""#))
  }
}
