/// What the log is told of a ranking beside its places: features as they were scored, heads, and a
/// sample of what was not shown.
///
/// Features and heads are kept of the first page and of a bounded number of places
/// (`EngineSettings.pageLogPlaces`): further down, a page is logged without them.
package struct Evidence: Sendable {
  /// The columns of features, those of the request first; empty = none are kept.
  package let features: [Feature]
  /// The values of those of the request.
  package let request: [Float]
  /// The heads of the model that scored; empty = none did.
  package let heads: [Objective]
  /// Candidates that were not shown on the first page, drawn by chance.
  package let unshown: [Unshown]
  /// How many places are kept.
  package let places: Int
  /// Half-precision bits, for each place and then for each of `unshown`: its features, its heads.
  private let halves: [UInt16]

  /// A candidate that was not shown.
  package struct Unshown: Sendable {
    package let item: String
    package let score: Float
    let sources: UInt16
    /// The chance that it was drawn.
    package let propensity: Float
  }

  /// Halves of one candidate.
  private var width: Int { features.count - request.count + heads.count }

  /// Gathers what is told of a ranking whose candidates lie in the workspace in the slate's order.
  init(
    _ world: borrowing World, _ context: RankingContext, _ settings: EngineSettings,
    arranged: Int, _ draw: inout Draw, _ workspace: Workspace
  ) {
    let shown = min(context.limit, arranged)
    places = min(arranged, max(shown, settings.pageLogPlaces))
    let rest = workspace.order.count - shown
    let drawn = min(max(0, settings.pageLogUnshown), rest)
    var indices = Array(workspace.order.prefix(places))
    for place in draw.sample(drawn, below: rest) { indices.append(workspace.order[shown + place]) }
    let propensity = rest > 0 ? Float(drawn) / Float(rest) : 0
    workspace.logged.take(indices, of: workspace.candidates)
    unshown = indices.dropFirst(places).map { index in
      let score = workspace.candidates.scores[index]
      return Unshown(
        item: world.items.ids.text(workspace.candidates.rows[index]),
        score: score.isFinite ? score : -.greatestFiniteMagnitude,
        sources: workspace.candidates.sources[index], propensity: propensity)
    }
    heads = workspace.heads.objectives
    let isScored = workspace.matrix.count > 0 && settings.pageLogFeatures
    features =
      isScored
      ? Feature.allCases.filter(\.isOfRequest) + Feature.allCases.filter { !$0.isOfRequest } : []
    if isScored {
      workspace.loggedMatrix.take(indices, of: workspace.matrix)
      let missing = FeatureSet.all.subtracting(workspace.loggedMatrix.filled)
      workspace.extractor.extract(
        missing, world, context, workspace.logged, total: workspace.candidates.count,
        into: &workspace.loggedMatrix)
    }
    let matrix = workspace.loggedMatrix
    request = features.prefix { $0.isOfRequest }.map { matrix[$0, 0] }
    let own = features.dropFirst(request.count)
    var halves: [UInt16] = []
    halves.reserveCapacity(indices.count * (own.count + heads.count))
    for (place, index) in indices.enumerated() {
      for feature in own { halves.append(Half.bits(matrix[feature, place])) }
      for head in heads.indices { halves.append(Half.bits(workspace.heads[head, index])) }
    }
    self.halves = halves
  }

  /// The features of the request's candidate at `index`: a place, or beyond the places one that was
  /// not shown.
  package func features(at index: Int) -> [Float] {
    values(index, 0..<(features.count - request.count))
  }

  /// What the heads said of it.
  package func heads(at index: Int) -> [Float] { values(index, width - heads.count..<width) }

  private func values(_ index: Int, _ range: Range<Int>) -> [Float] {
    guard (0..<places + unshown.count).contains(index) else { return [] }
    let start = index * width
    return range.map { Half.value(halves[start + $0]) }
  }
}
