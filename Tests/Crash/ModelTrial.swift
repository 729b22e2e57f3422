internal import Feed
internal import Stores

/// `models DIR SEED CALL FIRST`: takes four models in and brings each into production.
enum ModelTrial {
  static func run(_ arguments: [String]) throws {
    try SavingTrial(arguments).run(4) { directory in
      let registry = try ModelRegistry(directory)
      let cause = ModelLedger.Cause(actor: "trial", why: "", isForced: true)
      return { number in
        var ledger = try registry.ledger()
        let id = try registry.add(artifact(number))
        ledger.register(id, at: .zero, cause)
        try ledger.promote(id, to: .production, at: .zero, cause)
        try registry.keep(ledger)
      }
    }
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
