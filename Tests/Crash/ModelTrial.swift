internal import Feed
internal import PowerCut
internal import Stores

/// `models DIR SEED CALL FIRST`: takes four models in from number FIRST on and brings each into
/// production, until the power is cut, and says each that serves.
struct ModelTrial {
  private let folder: String
  private let seed: Int
  private let call: Int
  private let first: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    seed = try arguments.number(2)
    call = try arguments.number(3)
    first = try arguments.number(4)
  }

  func run() throws {
    let directory = try DataDirectory(folder, access: .write)
    unsafe powercut_watch(folder)
    powercut_cut_at(call, UInt64(seed))
    let registry = try ModelRegistry(directory)
    let cause = ModelLedger.Cause(actor: "trial", why: "", isForced: true)
    for number in first..<first + 4 {
      var ledger = try registry.ledger()
      let id = try registry.add(Self.artifact(number))
      ledger.register(id, at: .zero, cause)
      try ledger.promote(id, to: .production, at: .zero, cause)
      try registry.keep(ledger)
      Output.line("saved \(number)")
    }
    Output.line("done")
  }

  /// A model that nobody could serve: only its bytes matter here.
  private static func artifact(_ number: Int) -> ModelArtifact {
    var manifest = ModelManifest(
      features: ["recency"], heads: [.init(name: "click", file: "click.json")])
    manifest.code = "\(number)"
    manifest.smokeOutputs = [[]]
    let bytes = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    return ModelArtifact(manifest: manifest, files: ["click.json": bytes])
  }
}
