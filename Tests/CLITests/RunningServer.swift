import CLI
import Glibc
import HTTP
import JSON
import Testing

/// `updraft serve` on a free port, until the test is over.
final class RunningServer {
  let process: ChildProcess
  let data: String
  /// As `http://127.0.0.1:12345`.
  let address: String
  private let client: HTTPClient
  private let parser = JSONParser()

  init(_ data: String, _ more: String..., environment: [String: String] = [:]) throws {
    self.data = data
    process = try ChildProcess(
      Program.path, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--json"] + more,
      environment: environment)
    let isReady = process.waitForOutput(#""event":"ready""#)
    try #require(isReady, "\(process.outputSoFar) \(process.errorSoFar)")
    // A slow start tells of its progress first.
    let lines = process.outputSoFar.split(separator: "\n")
    let line = try #require(lines.first { $0.contains(#""event":"listening""#) })
    address = try parser.parse(String(line)).require("address").string()
    client = HTTPClient(base: address)
  }

  /// Asks with a credential.
  func send(
    _ method: String, _ path: String, as credential: String, _ body: String? = nil
  ) throws -> HTTPClient.Answer {
    try client.send(
      method, path,
      headers: [.init("Authorization", "Bearer \(credential)")]
        + (body == nil ? [] : [.init("Content-Type", "application/json")]),
      body: body.map { Array($0.utf8) })
  }

  func get(_ path: String) throws -> HTTPClient.Answer { try client.send("GET", path) }

  /// Makes a service key with the program.
  func key(_ scope: String) throws -> String { try Program.key(data, scope) }

  /// Makes a token with the program.
  func token(_ user: String) throws -> String { try Program.token(data, user) }

  /// The items of a page.
  func page(_ path: String = "/v1/feed", as credential: String) throws -> [String] {
    let answer = try send("GET", path, as: credential)
    #expect(answer.status == 200, "\(answer.text)")
    let json = try parser.parse(answer.body)
    return try json.require("posts").elements().map { try $0.require("post_id").string() }
  }

  /// Asks it to stop and waits.
  func stop(_ signal: Int32 = SIGTERM) -> ChildProcess.Ending { process.end(signal) }
}

extension Program {
  /// - Parameter isNew: whether the folder is not there yet.
  static func key(_ data: String, _ scope: String, isNew: Bool = false) throws -> String {
    let words = ["keys", "create", "--data", data, "--scope", scope, "--json"]
    return try field("key", run(words + (isNew ? ["--create"] : [])))
  }

  static func token(_ data: String, _ user: String) throws -> String {
    try field("token", run("keys", "token", "--data", data, "--user", user, "--json"))
  }

  private static func field(_ name: String, _ ending: ChildProcess.Ending) throws -> String {
    try #require(ending.code == 0, "\(ending.error)")
    return try JSONParser().parse(ending.output).require(name).string()
  }
}
