import Feed
import HTTP
import Server
import TestKit
import Testing

/// Refusals say what would be taken.
@Suite struct WordingTests {
  @Test(arguments: ["limit=0", "limit=-1", "limit=many", "limit=99999999999"])
  func theRangeOfANumber(_ query: String) throws {
    let server = try TestServer()
    let answer = try server.send("GET", "/v1/feed?\(query)", as: try server.user("ann"))
    #expect(answer.status == 400)
    let value = query.dropFirst("limit=".count)
    #expect(
      answer.text("detail").contains("limit must be a whole number from 1 to 1000000000")
        && answer.text("detail").contains("'\(value)'"), "\(answer.text)")
  }

  @Test(arguments: [#""yesterday""#, #""2026-01-31""#, "5", "-1", "1e30"])
  func theFormsOfATime(_ time: String) throws {
    let server = try TestServer()
    let answer = try server.send(
      "POST", "/v1/interactions", as: try server.user("ann"),
      #"{"item_id":"a","event":"click","timestamp":\#(time)}"#)
    #expect(answer.status / 100 == 4, "\(answer.text)")
    for form in ["milliseconds since 1970", "seconds", "RFC 3339", "2026-01-31T08:00:00Z"] {
      #expect(answer.text.contains(form), "\(form) in \(answer.text)")
    }
  }

  @Test func howAProgramGetsTheFeedOfAUser() throws {
    let server = try TestServer()
    let refused = try server.send("GET", "/v1/feed", as: try server.key(.service))
    #expect(refused.status == 403 && refused.code == "forbidden")
    for text in ["updraft keys token", "/api/v1/recommendations?surface=home&user_id="] {
      #expect(refused.text("detail").contains(text), "\(refused.text)")
    }
    let admin = try server.send("GET", "/admin/status", as: try server.key(.service))
    #expect(admin.status == 403 && !admin.text("detail").contains("token"), "\(admin.text)")
  }

  @Test func noItemsMeanNoLinkedItems() throws {
    let server = try TestServer()
    let ready = try server.send("GET", "/readyz")
    #expect(ready.text.contains(#""items":0,"linked":0"#), "\(ready.text)")
  }
}
