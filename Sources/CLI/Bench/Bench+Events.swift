internal import Feed
internal import HTTP
internal import JSON
internal import Stores

extension Bench {
  /// Batches of events over HTTP to the disk, every event with an identifier of its own.
  func events() throws -> [BenchRow] {
    say("events: batches over HTTP to the disk")
    let server = try BenchServer()
    let load = EventLoad(
      address: server.address, key: try server.key(), batch: 2_000, seconds: isQuick ? 1 : 10)
    let result = try load.run(threads: 4)
    try server.stop()
    let log = try SQLiteLog(DataDirectory(server.data, access: .read))
    guard log.end.value >= UInt64(result.acknowledged) else {
      throw Failure(
        "bench-lost", "\(result.acknowledged) events acknowledged, \(log.end.value) in the log")
    }
    say("events: plain SQLite inserts")
    let peer = try SQLitePeer.insert(rows: size(2_000_000), bytes: 100, rowsPerCommit: 2_000)
    return [
      BenchRow(
        "durable events, HTTP to disk, generator included", .perSecond, result.rate,
        peer: ("SQLite inserts", peer), .atLeast(150_000),
        note: "\(Figures.grouped(result.acknowledged)) acknowledged, all in the log")
    ]
  }

  /// Whether the page after an acknowledgement shows what was acknowledged.
  func visible() throws -> [BenchRow] {
    say("visible: acknowledged, then on the next page")
    let tries = size(1_000)
    let server = try BenchServer()
    try server.seed(items: tries * 2 + 500)
    let user = try server.introduce("ada")
    var shown = 0
    for _ in 0..<tries {
      let page = try Self.items(user)
      guard let first = page.first else { continue }
      let body = Array(#"{"item_id":"\#(first)","event":"hide"}"#.utf8)
      let answer = try user.send("POST", "/v1/interactions", body: body)
      if answer.status == 202, try !Self.items(user).contains(first) { shown += 1 }
    }
    try server.stop()
    return [
      BenchRow(
        "202, then the user's next page shows it", .tries, Double(shown), .atLeast(Double(tries)))
    ]
  }

  static func items(_ user: RemoteServer) throws -> [String] {
    try user.call("GET", "/v1/feed?limit=20").require("posts").elements().map { post in
      try post.require("post_id").string()
    }
  }
}
