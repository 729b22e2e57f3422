internal import HTTP
internal import JSON

/// Being any user of a demo. Without a demo there is nothing here.
enum DemoRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/demo/info", operation: "demoInfo", summary: "Whether this is a demo.",
      callers: .everybody, success: .init("DemoInfo"), needsEngine: false, handle: info),
    Route(
      method: .get, path: "/demo/users", operation: "demoUsers", summary: "Users of the demo.",
      callers: .everybody,
      parameters: [
        .init("q", "Part of a name or an interest."),
        .init("limit", "Users at most.", .integer(1...100)),
      ],
      success: .init("DemoUsers"), needsEngine: false, handle: users),
    Route(
      method: .post, path: "/demo/token", operation: "demoToken",
      summary: "The token of a user of the demo.", callers: .everybody,
      body: .init("DemoTokenInput"), success: .init("Token"), needsEngine: false,
      handle: token),
  ]
  private static let keys = JSONKeys(["user_id"])

  private static func demo(_ call: Call) throws(Problem) -> any DemoUsers {
    guard let demo = call.service.demo else { throw Problem(.notFound, "This is not a demo.") }
    return demo
  }

  @Sendable private static func info(_ call: Call) throws(Problem) {
    _ = try demo(call)
    call.finish(json: Array(#"{"demo":true}"#.utf8))
  }

  @Sendable private static func users(_ call: Call) throws(Problem) {
    let found = try demo(call).find(call.text("q") ?? "", limit: try call.integer("limit") ?? 20)
    var json = JSONWriter()
    json.object { json in
      json.array("users") { json in
        for user in found {
          json.object { json in
            json.member("user_id", user.id)
            json.member("region", user.region)
            json.member("follows", user.follows)
            json.member("interests", user.interests)
          }
        }
      }
    }
    call.finish(json: json.bytes)
  }

  @Sendable private static func token(_ call: Call) throws(Problem) {
    let demo = try demo(call)
    let user = try SingleWrite.object(call) { (row) throws(Problem) in
      do throws(JSONError) {
        var user = ""
        try row.forEachMember(of: keys) { (_, value) throws(JSONError) in
          user = try value.identifier()
        }
        if user.isEmpty { throw row.missing("user_id") }
        return user
      } catch {
        throw Problem(error)
      }
    }
    guard demo.find(user, limit: 100).contains(where: { $0.id == user }) else {
      throw Problem(.notFound, "The demo has no such user.")
    }
    let token: String
    do {
      token = try call.service.tokens.issue(user: user, now: call.received)
    } catch {
      throw Problem(.notFound, "The demo has no such user.")
    }
    var json = JSONWriter()
    json.object { json in json.member("token", token) }
    call.finish(json: json.bytes)
  }
}
