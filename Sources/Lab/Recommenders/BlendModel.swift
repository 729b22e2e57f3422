/// Several models as one: the scores of each are brought to mean 0 and deviation 1 over what the
/// user has not turned to, then added by weight. Models that err differently are better together.
public struct BlendModel: Recommender {
  private let parts: [(model: any Recommender, weight: Float)]
  private let seen: SparseMatrix

  /// A blend of models that were trained on the same interactions; at least one.
  public init(_ parts: [(model: any Recommender, weight: Float)], of interactions: InteractionSet) {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.model.items == interactions.items.count })
    self.parts = parts
    seen = interactions.matrix()
  }

  /// How many items are scored.
  public var items: Int { seen.columns }

  /// The weighted sums.
  public func score(_ users: Range<Int>, into scores: inout [Float]) {
    scores = [Float](repeating: 0, count: users.count * items)
    var own: [Float] = []
    for part in parts {
      part.model.score(users, into: &own)
      for (number, user) in users.enumerated() {
        let start = number * items
        let (mean, deviation) = spread(own, start, user)
        let scale = deviation > 0 ? part.weight / Float(deviation) : 0
        for item in start..<start + items {
          scores[item] += (own[item] - Float(mean)) * scale
        }
      }
    }
  }

  private func spread(_ scores: [Float], _ start: Int, _ user: Int) -> (Double, Double) {
    var (sum, squares, count) = (0.0, 0.0, Double(items))
    for item in start..<start + items {
      sum += Double(scores[item])
      squares += Double(scores[item]) * Double(scores[item])
    }
    for place in seen.range(user) {
      let score = Double(scores[start + Int(seen.indices[place])])
      sum -= score
      squares -= score * score
      count -= 1
    }
    guard count > 1 else { return (0, 0) }
    let mean = sum / count
    return (mean, max(0, squares / count - mean * mean).squareRoot())
  }
}
