internal import HTTP
internal import JSON

/// Calls that a person can copy, made once, with what they answered.
struct DemoCalls {
  let address: String
  let user: String
  let token: String
  let key: String

  /// One call.
  struct Made {
    /// What it shows.
    let doc: String
    /// The line to copy.
    let line: String
    /// The beginning of the answer.
    let answer: String
  }

  /// Makes the calls.
  ///
  /// - Throws: `Failure` when one of them is refused.
  func make() throws -> [Made] {
    let feed = try get(
      "The feed of \(user), with the reason for each post.", "/v1/feed?limit=3", token)
    let first = try JSONParser().parse(feed.body).require("posts").elements()
      .first { _ in true }?.require("post_id").string()
    guard let first else { throw Failure("demo-empty", "the feed of \(user) is empty") }
    let body = #"{"item_id":"\#(first)","event":"hide"}"#
    let hidden = try send(
      "\(user) hides that page's first post. This is done already: run the first call again, the "
        + "post is gone.", "POST",
      "/v1/interactions", token, body)
    let recommended = try get(
      "What a shop's program asks for a user, with a service key.",
      "/api/v1/recommendations?user_id=\(user)&count=3", key)
    return [feed.made, hidden.made, recommended.made]
  }

  private func get(_ doc: String, _ path: String, _ credential: String) throws -> (
    made: Made, body: [UInt8]
  ) {
    try send(doc, "GET", path, credential, nil)
  }

  private func send(
    _ doc: String, _ method: String, _ path: String, _ credential: String, _ body: String?
  ) throws -> (made: Made, body: [UInt8]) {
    let server = RemoteServer(address, key: credential)
    let answer = try server.send(method, path, body: body.map { Array($0.utf8) })
    var line = "curl -s '\(address)\(path)' -H 'Authorization: Bearer \(credential)'"
    if let body { line += " -H 'Content-Type: application/json' -d '\(body)'" }
    let made = Made(doc: doc, line: line, answer: Self.beginning(answer.text))
    return (made, answer.body)
  }

  private static func beginning(_ text: String) -> String {
    let line = Figures.printable(text)
    return line.count > 300 ? line.prefix(300) + "…" : line
  }
}
