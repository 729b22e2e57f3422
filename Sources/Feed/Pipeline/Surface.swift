/// A surface's settings with its names resolved, so that a request looks nothing up by text. A
/// class, so that a request takes it without a copy of each part.
package final class Surface: Sendable {
  /// The name in the configuration.
  package let name: String
  /// The settings.
  package let settings: SurfaceSettings
  /// A digest of the settings: another one means that kept pages are to be made anew.
  package let digest: UInt64
  /// The feature `surface`: a number out of the name, exact in half precision.
  let digit: UInt32
  /// Candidates that each source may bring, by raw value.
  private let quotas: [Int]
  /// Places on a page kept for each source, by raw value.
  private let reserved: [Int]
  /// Spaces beside the one of texts that the nearest items are looked for in, by name, and how many
  /// candidates each may bring.
  let nearestSpaces: [(name: String, quota: Int)]
  /// What scores its candidates where no model does.
  let scorer: LinearScorer
  /// What makes one score of a model's heads.
  let utility: Utility
  /// What corrects their scores; nil = nothing.
  let online: OnlineSurface?

  /// Resolves settings; names of no source or feature count for nothing, the check of the
  /// configuration refuses them.
  package init(_ name: String, _ settings: SurfaceSettings) {
    self.name = name
    self.settings = settings
    digest = settings.digest
    var hash: UInt64 = 0
    for byte in name.utf8 { hash = Hashing.fold(hash, UInt64(byte)) }
    digit = UInt32(truncatingIfNeeded: Hashing.mix(hash) >> 54)
    quotas = SourceName.allCases.map { max(0, settings.sources[$0.name] ?? 0) }
    reserved = SourceName.allCases.map { max(0, settings.reserved[$0.name] ?? 0) }
    nearestSpaces = settings.nearestSpaces.sorted { $0.key < $1.key }
      .map { ($0.key, max(0, $0.value)) }
    scorer = LinearScorer(weights: settings.weights)
    utility = Utility(weights: settings.utility)
    online = OnlineSurface(settings.online)
  }

  /// How many candidates a source may bring.
  func quota(_ source: SourceName) -> Int { quotas[Int(source.rawValue)] }

  /// Candidates that all sources together may bring.
  var capacity: Int { quotas.reduce(0, +) + nearestSpaces.reduce(0) { $0 + $1.quota } }

  /// How many places of a page are kept for a source.
  func reserved(_ source: SourceName) -> Int { reserved[Int(source.rawValue)] }

  /// Items on a page for a request that names a limit or none.
  func limit(_ asked: Int?) -> Int {
    max(1, min(asked ?? settings.limitDefault, max(1, settings.limitMax)))
  }

  /// What scores a page that an arm would: the weights, where the surface wants no model.
  func serving(_ serving: @autoclosure () -> Serving) -> Serving {
    settings.ranker == .model ? serving() : .linear
  }
}
