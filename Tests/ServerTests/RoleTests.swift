import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// Every route in every role, as the OpenAPI document says who may call what.
@Suite struct RoleIdentityTests {
  struct Operation {
    var method: String
    var path: String
    var callers: Set<String>
    var isPublic: Bool
  }

  static func operations(_ server: TestServer) throws -> [Operation] {
    try server.send("GET", "/openapi.json").read { root in
      var operations: [Operation] = []
      for path in try root.require("paths").members() {
        for method in try path.value.members() {
          let callers = try method.value.require("x-callers").elements().map { try $0.string() }
          let isPublic = callers.count == 5
          operations.append(
            Operation(
              method: method.key.uppercased(), path: path.key, callers: Set(callers),
              isPublic: isPublic))
        }
      }
      return operations
    }
  }

  /// A path with something in the place of every name.
  static func target(_ path: String) -> String {
    path.replacing(#/\{[a-z]+\}/#, with: "x")
  }

  @Test func everyRouteInEveryRole() throws {
    let server = try TestServer()
    let visitor = try #require(
      try server.send("GET", "/v1/trending").header("x-session"))
    let roles: [(name: String, caller: TestServer.Caller)] = [
      ("anonymous", .nobody), ("anonymous", .session(visitor)), ("user", try server.user("x")),
      ("service", try server.key(.service)), ("metrics", try server.key(.metrics)),
      ("admin", try server.key(.admin)),
    ]
    let operations = try Self.operations(server)
    #expect(operations.count >= 30)
    for operation in operations {
      for role in roles {
        let answer = try server.send(
          operation.method, Self.target(operation.path), as: role.caller,
          operation.method == "GET" || operation.method == "DELETE" ? nil : "{}")
        let what = "\(operation.method) \(operation.path) as \(role.name): \(answer.status)"
        if operation.callers.contains(role.name) {
          let isStats = operation.path == "/v1/stats" && role.name == "anonymous"
          #expect(answer.status != 403, "\(what)")
          #expect((answer.status == 401) == isStats, "\(what)")
          #expect(answer.status < 500, "\(what) \(answer.text)")
        } else {
          #expect(answer.status == (role.name == "anonymous" ? 401 : 403), "\(what)")
        }
      }
      if !operation.isPublic {
        let forged = try server.send(
          operation.method, Self.target(operation.path), as: .bearer("uk_forged"))
        #expect(forged.status == 401, "\(operation.path)")
      }
    }
  }

  @Test func wrongMethodsAndPaths() throws {
    let server = try TestServer()
    let admin = try server.key(.admin)
    for operation in try Self.operations(server) {
      for method in ["TRACE", "OPTIONS", "PATCH", "PURGE"] {
        let answer = try server.send(method, Self.target(operation.path), as: admin)
        #expect(answer.status == 405, "\(method) \(operation.path): \(answer.status)")
        #expect(answer.header("allow")?.isEmpty == false)
      }
    }
    for path in [
      "/admin", "/admin/", "/Admin/status", "/v1/feed/", "/v1//feed", "/v1/items/", "/x",
    ] {
      #expect(try server.send("GET", path, as: admin).code == "not-found", "\(path)")
    }
    #expect(try server.send("HEAD", "/livez").status == 200)
  }

  @Test func withoutAnonymousSessionsNobodyGetsPages() throws {
    let server = try TestServer { $0.server.anonymous = false }
    for path in ["/v1/trending", "/api/v1/recommendations", "/v1/items/x/similar"] {
      let answer = try server.send("GET", path)
      #expect(answer.status == 401, "\(path): \(answer.status)")
      #expect(answer.header("x-session") == nil)
    }
  }

  /// Somebody else's name beside one's own token is refused in every place of every call.
  @Test func namesBesideATokenAreRefused() throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    let service = try server.key(.service)
    try server.publish([#"{"item_id":"x","title":"t","author_id":"bob"}"#], as: service)
    for operation in try Self.operations(server) where operation.callers.contains("user") {
      guard !operation.isPublic else { continue }
      let target = Self.target(operation.path)
      let hasBody = operation.method == "POST" || operation.method == "PUT"
      for name in ["user_id", "author_id", "follower_id", "x_user_id"] {
        for value in ["bob", "ann"] {
          let answer = try server.send(
            operation.method, target + "?\(name)=\(value)", as: ann, hasBody ? "{}" : nil)
          let what = "\(operation.method) \(operation.path) ?\(name): \(answer.status)"
          #expect(answer.code == "identity-from-token", "\(what)")
        }
      }
      let header = try server.send(
        operation.method, target, as: ann, hasBody ? "{}" : nil,
        headers: [.init("X-User-ID", "bob")])
      #expect(header.code == "identity-from-token", "\(operation.path) X-User-ID")
    }
    for (method, path, body) in [
      ("POST", "/v1/posts", #"{"title":"t","author_id":"bob"}"#),
      ("PUT", "/v1/posts/x", #"{"title":"t","author_id":"bob"}"#),
      ("POST", "/v1/interactions", #"{"item_id":"x","event":"like","user_id":"bob"}"#),
      ("PUT", "/v1/follows/bob", #"{"weight":1,"follower_id":"bob"}"#),
    ] {
      let answer = try server.send(method, path, as: ann, body)
      #expect(answer.status == 403, "\(method) \(path): \(answer.text)")
    }
    #expect(try server.send("PUT", "/v1/users/bob", as: ann, "{}").code == "forbidden")
    // In a batch only the foreign row is refused.
    let batch = try server.send(
      "POST", "/v1/interactions", as: ann,
      #"[{"item_id":"x","event":"like"},{"item_id":"x","event":"like","user_id":"bob"}]"#)
    #expect(batch.number("accepted") == 1)
    #expect(batch.text.contains(#""code":"identity-from-token""#))
    // Members that nobody knows do not slip through.
    for member in ["role", "score", "is_admin", "createsItem", "received"] {
      let answer = try server.send("POST", "/v1/posts", as: ann, #"{"title":"t","\#(member)":1}"#)
      #expect(answer.status == 422, "\(member)")
      #expect(answer.text.contains("\"pointer\":\"/\(member)\""), "\(answer.text)")
    }
  }

  @Test func twoCredentialsAndOddOnes() throws {
    let server = try TestServer()
    let key = try server.keys.create(scope: .service)
    let both = try server.send(
      "GET", "/v1/trending", as: .bearer(key), headers: [.init("X-API-Key", key)])
    #expect(both.code == "two-credentials")
    let alone = try server.send("GET", "/v1/trending", headers: [.init("X-API-Key", key)])
    #expect(alone.status == 200)
    for text in ["Basic YTpi", "Bearer", "Bearer  ", key, "Token x"] {
      let answer = try server.send("GET", "/v1/trending", headers: [.init("Authorization", text)])
      #expect(answer.status == 401, "\(text): \(answer.status)")
    }
    for session in [
      "", "x", String(repeating: "A", count: 48), String(repeating: "-", count: 4_000),
    ]
    where !session.isEmpty {
      #expect(try server.send("GET", "/v1/trending", as: .session(session)).status == 401)
    }
  }
}
