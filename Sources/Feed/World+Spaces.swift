internal import Index

extension World {
  /// Gives an item its vector in the text space.
  mutating func place(_ row: UInt32, _ vector: Span<Float>) {
    put(vector, row, vectors)
    placed.insert(row)
  }

  func put(_ vector: Span<Float>, _ row: UInt32, _ index: GraphIndex) {
    if isFillingUp {
      index.load(row: row, vector: vector)
      // What was replaced or taken away keeps its place until a build.
      if index.pending > max(Self.unlinkedMost, 2 * index.count) { index.build(threads: 1) }
    } else {
      index.insert(row: row, vector: vector)
    }
  }

  private static var unlinkedMost: Int { 1 << 20 }

  /// The graphs of all versions of all spaces.
  var graphs: [GraphIndex] { spaces.flatMap { $0.versions.map(\.index) } }

  /// Whether vectors wait to be linked.
  var isAwaitingLinks: Bool { vectors.pending > 0 || graphs.contains { $0.pending > 0 } }

  /// Gives an item a vector in a space.
  mutating func set(_ vector: ItemVector) -> Outcome {
    guard let place = spaces.firstIndex(where: { $0.name == vector.space }),
      let row = item(vector.item)
    else { return .unknownTarget }
    let isLegible = vector.vector.allSatisfy(\.isFinite)
    guard isLegible,
      let version = spaces[place].version(vector.version, dimension: vector.vector.count)
    else { return .refused }
    if vector.vector.isEmpty {
      version.index.remove(row: row.index)
    } else {
      guard vector.vector.count == version.index.dimension else { return .refused }
      put(vector.vector.span, row.index, version.index)
    }
    if version.index === vectors {
      if vector.vector.isEmpty { placed.remove(row.index) } else { placed.insert(row.index) }
    }
    return .applied
  }

  /// Lets another version of a space serve. Tastes are sums of vectors of the text space, so there
  /// they are added up anew from what each user did last.
  mutating func serve(_ change: SpaceSwitch, _ breathe: () -> Void) -> Outcome {
    guard let place = spaces.firstIndex(where: { $0.name == change.space }) else {
      return .unknownTarget
    }
    let before = spaces[place].serving.number
    if change.dimension > 0 {
      _ = spaces[place].version(change.version, dimension: Int(change.dimension))
    }
    guard spaces[place].serve(change.version, encoder: change.encoder) else { return .refused }
    guard place == 0, spaces[0].serving.number != before else { return .applied }
    vectors = spaces[0].serving.index
    placed = vectors.rows()
    for user in users.states.indices where users.isLive[user] {
      recollect(user)
      if user.isMultiple(of: 64) { breathe() }
    }
    // What was ranked by the old vectors is not to be shown again.
    freshness.noteRemoval()
    return .applied
  }

  private mutating func recollect(_ user: Int) {
    var taste = Taste()
    let state = users.states[user]
    for age in stride(from: state.deeds.count - 1, through: 0, by: -1) {
      let deed = state.deeds[newest: age]
      let strength = strengths[Int(deed.action)]
      guard strength != 0, items.isLive(deed.item) else { continue }
      vectors.withVector(row: deed.item) { vector in
        taste.add(
          vector, item: deed.item, strength: strength, second: deed.second,
          halfLife: limits.tasteHalfLifeMs, joinCosine: limits.tasteJoinCosine,
          max: limits.tasteVectors)
      }
    }
    users.states[user].taste = taste
  }

  /// The spaces and what they hold.
  public func spaceViews() -> [SpaceView] {
    spaces.map(SpaceView.init)
  }
}

/// What is known of a space of vectors.
public struct SpaceView: Equatable, Sendable {
  /// One version of it.
  public struct Version: Equatable, Sendable {
    /// Counts from 1.
    public var number: UInt32
    /// What makes the vectors; empty = whoever sends them.
    public var encoder: String
    /// Components of a vector.
    public var dimension: Int
    /// Items that have a vector.
    public var items: Int

    init(_ version: VectorSpace.Version) {
      number = version.number
      encoder = version.encoder
      dimension = version.index.dimension
      items = version.index.count
    }
  }

  /// The space: `text`, `image`, `cf`…
  public var name: String
  /// How its vectors are compared.
  public var metric: String
  /// The version that pages use.
  public var serving: Version
  /// A newer one that is being filled.
  public var next: Version?
  /// The one before, to go back to.
  public var previous: Version?

  init(_ space: VectorSpace) {
    name = space.name
    metric = space.metric.rawValue
    serving = Version(space.serving)
    next = space.next.map(Version.init)
    previous = space.previous.map(Version.init)
  }
}
