internal import HTTP
internal import JSON

/// A running server that a command speaks to with a key.
struct RemoteServer {
  /// Where it listens, as `http://127.0.0.1:8080`.
  let address: String
  /// What failures name: its address, or the folder where it is there for one command only and
  /// nobody else knows where it listens.
  let place: String
  private let key: String
  private let client: HTTPClient
  private let parser = JSONParser()

  init(_ address: String, key: String, place: String? = nil) {
    self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
    self.place = place ?? self.address
    self.key = key
    client = HTTPClient(base: self.address, timeoutMilliseconds: 600_000)
  }

  /// The server and the key that the options name; nil without `--server`.
  init?(_ arguments: Arguments) throws {
    guard let address = arguments.text(.server) else { return nil }
    guard let key = arguments.text(.key) ?? Environment.variables["UPDRAFT_KEY"] else {
      throw Failure.usage(
        "--server needs a key: --key K, or the variable UPDRAFT_KEY. Make one: updraft keys create")
    }
    self.init(address, key: key)
  }

  /// Sends a request and reads the answer's JSON.
  ///
  /// - Throws: `Failure` with the server's own words when it refuses.
  func call(
    _ method: String, _ path: String, type: String = "application/json", body: [UInt8]? = nil
  ) throws -> JSONValue {
    let answer = try send(method, path, type: type, body: body)
    return try parser.parse(answer.body)
  }

  /// Sends a request; an answer that is no success is a failure.
  func send(
    _ method: String, _ path: String, type: String = "application/json", body: [UInt8]? = nil
  ) throws -> HTTPClient.Answer {
    var headers = [Response.Field("Authorization", "Bearer \(key)")]
    if body != nil { headers.append(Response.Field("Content-Type", type)) }
    let answer = try client.send(method, path, headers: headers, body: body)
    guard (200..<300).contains(answer.status) else {
      let detail = try? parser.parse(answer.body).require("detail").string()
      let said = Figures.printable(detail ?? answer.text)
      let what = place == address ? "\(address)\(path) answers \(answer.status)" : place
      throw Failure("server-refused", "\(what): \(said)")
    }
    return answer
  }
}

extension Option {
  static let key = Option(
    "key", "KEY", "The service key for --server.", standard: "the variable UPDRAFT_KEY")
}
