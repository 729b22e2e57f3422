internal import Index

/// A named space of item vectors and its versions: the one that serves, a newer one that is filled
/// beside it, and the one before, to go back to.
struct VectorSpace {
  /// The vectors of one version.
  struct Version {
    let number: UInt32
    /// What makes the vectors, for people; empty = whoever sends them.
    var encoder: String
    let index: GraphIndex
  }

  let name: String
  let metric: Metric
  var serving: Version
  var next: Version?
  var previous: Version?

  /// The space that items have a vector in from their text.
  static let text = "text"
  /// The encoder of the program itself, which needs no model.
  static let hashed = "hashed"

  init(name: String, metric: Metric, dimension: Int, encoder: String = "") {
    self.name = name
    self.metric = metric
    serving = Version(
      number: 1, encoder: encoder, index: Self.index(dimension: dimension, metric: metric))
  }

  /// The spaces of a World: the one of texts, then the others by name.
  static func all(_ settings: WorldSettings) -> [VectorSpace] {
    let text = VectorSpace(
      name: text, metric: .cosine, dimension: settings.dimension, encoder: hashed)
    let others = settings.spaces.sorted { $0.key < $1.key }.map { name, space in
      VectorSpace(name: name, metric: Metric(space.metric), dimension: space.dimension)
    }
    return [text] + others
  }

  static func index(dimension: Int, metric: Metric) -> GraphIndex {
    GraphIndex(dimension: dimension, metric: metric, settings: GraphSettings())
  }

  /// The versions that there are.
  var versions: [Version] { [serving] + [next, previous].compactMap(\.self) }

  /// The version of a number, 0 for the one that serves; a number above all makes the next one, in
  /// place of one that was being filled.
  mutating func version(_ number: UInt32, dimension: Int) -> Version? {
    if number == 0 { return serving }
    if let known = versions.first(where: { $0.number == number }) { return known }
    guard number > versions.map(\.number).max() ?? 0, (1...65_536).contains(dimension) else {
      return nil
    }
    let made = Version(
      number: number, encoder: "", index: Self.index(dimension: dimension, metric: metric))
    next = made
    return made
  }

  /// Lets another version serve; false when there is none of that number.
  mutating func serve(_ number: UInt32, encoder: String) -> Bool {
    if number == serving.number { return true }
    if var version = next, version.number == number {
      if !encoder.isEmpty { version.encoder = encoder }
      previous = serving
      serving = version
      next = nil
      return true
    }
    guard let version = previous, version.number == number else { return false }
    previous = serving
    serving = version
    return true
  }

  /// Takes a row out of every version.
  func remove(_ row: UInt32) {
    for version in versions { version.index.remove(row: row) }
  }
}

extension Metric {
  init(_ comparison: SpaceSettings.Comparison) {
    switch comparison {
    case .innerProduct: self = .innerProduct
    case .cosine: self = .cosine
    case .squaredEuclidean: self = .squaredEuclidean
    }
  }
}
