internal import Feed
internal import HTTP
internal import JSON
internal import Server
internal import Stores

/// The models that a command is about: those of a folder, also beside a running server, or those
/// of a server.
struct ModelSource {
  private enum Place {
    case server(RemoteServer)
    case folder(String)
  }

  private let place: Place

  /// The place that the options name.
  init(_ arguments: Arguments) throws {
    if let server = try RemoteServer(arguments) {
      place = .server(server)
    } else if let path = arguments.text(.data) {
      place = .folder(path)
    } else {
      throw Failure.usage("name a folder with --data, or a running server with --server and --key")
    }
  }

  /// All models, as `GET /admin/models` answers.
  func list() throws -> JSONValue {
    switch place {
    case .server(let server): return try server.call("GET", "/admin/models")
    case .folder(let path):
      let registry = try ModelRegistry(DataDirectory(path, access: .read))
      let ledger = try registry.ledger()
      return try parsed { ModelText.write(ledger, notices: [], steps: 100, &$0) }
    }
  }

  /// One model, as `GET /admin/models/{id}` answers.
  func show(_ text: String) throws -> JSONValue {
    switch place {
    case .server(let server):
      guard text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
        throw Failure.usage("\(Figures.printable(text)): a model's id has hexadecimal digits only")
      }
      // A parser of its own: two models may be looked at side by side.
      return try JSONParser().parse(server.send("GET", "/admin/models/\(text)").body)
    case .folder(let path):
      let registry = try ModelRegistry(DataDirectory(path, access: .read))
      let ledger = try registry.ledger()
      let entry = try ledger.resolve(text)
      let manifest = try registry.artifact(entry.id).manifest
      return try parsed { ModelText.write(entry, manifest, ledger, &$0) }
    }
  }

  /// Takes a model in as a candidate.
  func add(_ artifact: ModelArtifact) throws -> String {
    switch place {
    case .server(let server):
      let files = try ModelFolder.files(of: artifact)
      var json = JSONWriter(capacity: files.values.reduce(1_024) { $0 + $1.count })
      json.object { json in
        json.object("files") { json in
          for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            json.member(name, String(decoding: bytes, as: UTF8.self))
          }
        }
      }
      let answer = try server.call("POST", "/admin/models", body: json.bytes)
      return try answer.require("id").string()
    case .folder(let path):
      let registry = try ModelRegistry(DataDirectory(path, access: .write))
      var ledger = try registry.ledger()
      _ = try RankingModel(id: "", artifact)
      let id = try registry.add(artifact)
      ledger.register(
        id, at: SystemTime().now, ModelLedger.Cause(actor: "updraft models import", why: ""))
      try registry.keep(ledger)
      return id
    }
  }

  private func parsed(_ body: (inout JSONWriter) -> Void) throws -> JSONValue {
    var json = JSONWriter()
    json.object { body(&$0) }
    return try JSONParser().parse(json.bytes)
  }
}
