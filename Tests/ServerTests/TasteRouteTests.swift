import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// `/v1/me/taste`: what a user is taken to like, seen and set.
@Suite struct TasteRouteTests {
  private static let path = "/v1/me/taste"

  /// Two heaps of items that lie apart, by one author each.
  private func server() throws -> TestServer {
    let server = try TestServer()
    try server.publish(
      (0..<40).map { number in
        let isBread = number < 20
        let vector = (0..<8).map { $0 == (isBread ? 0 : 4) ? "1" : $0 == number % 8 ? "0.3" : "0" }
        return #"{"item_id":"i\#(number)","author_id":"\#(isBread ? "baker" : "smith")","topic":"#
          + #""\#(isBread ? "bread" : "iron")","title":"n \#(number)","embedding":"#
          + "[\(vector.joined(separator: ","))]}"
      }, as: try server.key(.service))
    return server
  }

  private func names(
    _ answer: HTTPClient.Answer, _ list: String, _ key: String
  ) throws -> [String] {
    try answer.read { json in
      var names: [String] = []
      for entry in try json.require(list).elements() {
        names.append(try entry.require(key).string())
      }
      return names
    }
  }

  private func reasons(_ answer: HTTPClient.Answer) throws -> [String: String] {
    try answer.read { json in
      var reasons: [String: String] = [:]
      for entry in try json.require("posts").elements() {
        reasons[try entry.require("post_id").string()] = try entry.require("reason").string()
      }
      return reasons
    }
  }

  @Test func whatWasLearnedIsSeenAndCanBeSetAgainAsItWas() throws {
    let server = try server()
    let ann = try server.user("ann")
    for item in ["i1", "i2", "i30"] {
      let body = #"{"item_id":"\#(item)","event":"like"}"#
      #expect(try server.send("POST", "/v1/interactions", as: ann, body).status == 202)
    }
    let seen = try server.send("GET", Self.path, as: ann)
    #expect(try names(seen, "topics", "topic") == ["bread", "iron"], "\(seen.text)")
    #expect(try names(seen, "authors", "author_id") == ["baker", "smith"])
    #expect(try names(seen, "types", "content_type") == ["post"])
    #expect(try names(seen, "items", "item_id") == ["i2", "i30"])
    let set = try server.send("PUT", Self.path, as: ann, seen.text)
    #expect(set.status == 200, "\(set.text)")
    #expect(try server.send("GET", Self.path, as: ann).text == seen.text)
  }

  @Test func anEmptyListForgetsAndTheNextPageShowsIt() throws {
    let server = try server()
    let ann = try server.user("ann")
    let like = #"{"item_id":"i1","event":"like"}"#
    #expect(try server.send("POST", "/v1/interactions", as: ann, like).status == 202)
    let before = try reasons(try server.send("GET", "/v1/feed?limit=40", as: ann))
    #expect(before.values.contains("near_your_taste") || before.values.contains("topic_you_like"))
    let forget = #"{"topics":[],"authors":[],"types":[],"items":[]}"#
    #expect(try server.send("PUT", Self.path, as: ann, forget).status == 200)
    let after = try reasons(try server.send("GET", "/v1/feed?limit=40", as: ann))
    let personal = ["near_your_taste", "topic_you_like", "author_you_like", "seen_together"]
    #expect(!after.isEmpty && after.values.allSatisfy { !personal.contains($0) }, "\(after)")
    let taste = try server.send("GET", Self.path, as: ann)
    #expect(
      taste.text == #"{"interests":[],"topics":[],"authors":[],"types":[],"items":[]}"#,
      "\(taste.text)")
    // What was left out stays.
    let topics = #"{"interests":["iron"],"topics":[{"topic":"bread","weight":3}]}"#
    #expect(try server.send("PUT", Self.path, as: ann, topics).status == 200)
    #expect(try server.send("PUT", Self.path, as: ann, #"{"authors":[]}"#).status == 200)
    let kept = try server.send("GET", Self.path, as: ann)
    #expect(kept.text.contains(#""interests":["iron"],"topics":[{"topic":"bread","weight":3}]"#))
  }

  @Test func anItemThatIsNamedPullsItsNeighboursIn() throws {
    let server = try server()
    let bob = try server.user("bob")
    let set = #"{"items":[{"item_id":"i25","weight":2},{"item_id":"gone","weight":2}]}"#
    #expect(try server.send("PUT", Self.path, as: bob, set).status == 200)
    let page = try server.send("GET", "/v1/feed?limit=40", as: bob)
    let reasons = try reasons(page)
    let nearest = page.items.first { reasons[$0] == "near_your_taste" }
    #expect((nearest.flatMap { Int($0.dropFirst()) } ?? 0) >= 20, "\(page.text)")
    #expect(page.text.contains(#""because":"n 25""#), "\(page.text)")
  }

  @Test(arguments: [
    #"{"topics":[{"topic":"a"}]}"#, #"{"topics":[{"weight":1}]}"#, #"{"topics":{"a":1}}"#,
    #"{"topics":[{"topic":"a","weight":1e300}]}"#, #"{"topics":[{"topic":"a","weight":"1"}]}"#,
    #"{"items":[{"item_id":"","weight":1}]}"#, #"{"user_id":"bob"}"#, "[]",
    #"{"interests":"a"}"#,
  ])
  func whatMakesNoSenseIsRefused(_ body: String) throws {
    let server = try TestServer()
    let answer = try server.send("PUT", Self.path, as: try server.user("ann"), body)
    #expect(answer.status == 422 && !answer.code.isEmpty, "\(answer.text)")
    let many = (0...TasteSetting.entriesMax).map { #"{"topic":"t\#($0)","weight":1}"# }
    let long = #"{"topics":[\#(many.joined(separator: ","))]}"#
    #expect(try server.send("PUT", Self.path, as: try server.user("ann"), long).status == 422)
  }
}
