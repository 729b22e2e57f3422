internal import HTTP
internal import JSON

/// The program itself as a server, in a process of its own, for the time of a measurement.
final class BenchServer {
  private let scratch: ScratchFolder
  let process: ChildProcess
  let address: String

  /// Starts it over a new folder, or over one that is there, with further settings.
  init(over folder: String? = nil, settings: [String] = []) throws {
    scratch = try ScratchFolder("updraft-bench")
    data = folder ?? scratch.path + "/data"
    process = try ChildProcess(
      Environment.executable,
      [
        "serve", "--data", data, "--listen", "127.0.0.1:0", "--json", "--set",
        "server.user_requests_per_second=1000000", "--set", "server.user_burst=1000000",
      ] + settings.flatMap { ["--set", $0] })
    guard process.waitForOutput(#""event":"ready""#, seconds: 300) else {
      throw Failure("bench-server", "the server did not start: \(process.errorSoFar)")
    }
    let line = process.outputSoFar.split(separator: "\n").first ?? ""
    address = try JSONParser().parse(String(line)).require("address").string()
  }

  /// Its folder.
  let data: String

  /// A service key, made beside it.
  func key(_ scope: String = "service") throws -> String {
    try made("key", ["create", "--scope", scope])
  }

  /// A token, made beside it.
  func token(_ user: String) throws -> String { try made("token", ["token", "--user", user]) }

  private func made(_ name: String, _ words: [String]) throws -> String {
    let child = try ChildProcess(
      Environment.executable, ["keys"] + words + ["--data", data, "--json"])
    return try JSONParser().parse(child.wait().output).require(name).string()
  }

  /// Posts items, so that there is something to rank.
  func seed(items: Int) throws {
    let server = RemoteServer(address, key: try key())
    var number = 0
    while number < items {
      var json = JSONWriter(capacity: 1 << 18)
      json.array { json in
        for _ in 0..<min(1_000, items - number) {
          number += 1
          json.object { json in
            json.member("item_id", "item-\(number)")
            json.member("author_id", "author-\(number % 500)")
            json.member("title", "A piece about topic \(number % 12), part \(number)")
            json.member("topic", "topic-\(number % 12)")
          }
        }
      }
      _ = try server.call("POST", "/api/v1/items", body: json.bytes)
    }
  }

  /// Lets a user follow a few authors: nothing is known, and so no page is kept, of one who never
  /// did anything.
  func introduce(_ user: String) throws -> RemoteServer {
    let server = RemoteServer(address, key: try token(user))
    for author in 1...20 {
      _ = try server.send("PUT", "/v1/follows/author-\(author)", body: Array("{}".utf8))
    }
    return server
  }

  /// Stops it.
  func stop() throws {
    let ending = process.end(15)
    guard ending.code == 0 else {
      throw Failure("bench-server", "the server ended with \(ending.code): \(ending.error)")
    }
  }
}
