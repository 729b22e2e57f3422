/// A surface's settings with its names resolved, so that a request looks nothing up by text.
package struct Surface: Sendable {
  /// The name in the configuration.
  package let name: String
  /// The settings.
  package let settings: SurfaceSettings
  /// Candidates that each source may bring, by raw value.
  private let quotas: [Int]
  /// Places on a page kept for each source, by raw value.
  private let reserved: [Int]
  /// What scores its candidates.
  let scorer: any Scorer
  /// What corrects their scores; nil = nothing.
  let online: OnlineSurface?

  /// Resolves settings; names of no source or feature count for nothing, the check of the
  /// configuration refuses them.
  package init(_ name: String, _ settings: SurfaceSettings) {
    self.name = name
    self.settings = settings
    quotas = SourceName.allCases.map { max(0, settings.sources[$0.name] ?? 0) }
    reserved = SourceName.allCases.map { max(0, settings.reserved[$0.name] ?? 0) }
    scorer = LinearScorer(weights: settings.weights)
    online = OnlineSurface(settings.online)
  }

  /// How many candidates a source may bring.
  func quota(_ source: SourceName) -> Int { quotas[Int(source.rawValue)] }

  /// How many places of a page are kept for a source.
  func reserved(_ source: SourceName) -> Int { reserved[Int(source.rawValue)] }

  /// Items on a page for a request that names a limit or none.
  func limit(_ asked: Int?) -> Int {
    max(1, min(asked ?? settings.limitDefault, max(1, settings.limitMax)))
  }
}
