/// What a user did, as tables that candidates are looked up in.
struct Marks {
  static let muted: UInt32 = 1
  static let blocked: UInt32 = 2

  /// Items that must not be shown again: hidden ones, and what the surface's policy names.
  private(set) var seen = RowTable()
  /// Authors that the user muted (1) or blocked (2).
  private(set) var shunned = RowTable()
  /// Authors that the user follows, with the weight's bits.
  private(set) var followees = RowTable()
  /// Affinities squashed to -1…1, as bits of floats.
  private(set) var authors = RowTable()
  private(set) var topics = RowTable()
  private(set) var types = RowTable()
  /// Topics that the user chose.
  private(set) var interests = RowTable()

  /// Fills every table for a user.
  mutating func prepare(
    _ state: UserState, _ traces: UserTraces, seen policy: SurfaceSettings.SeenPolicy,
    second: UInt32, halfLife: Int64, followees edges: [FollowGraph.Edge]
  ) {
    mark(state, traces, policy)
    shunned.removeAll()
    for author in state.muted { shunned.set(author, Self.muted) }
    for author in state.blocked { shunned.set(author, (shunned[author] ?? 0) | Self.blocked) }
    followees.removeAll()
    for edge in edges { followees.set(edge.followee, edge.weight.bitPattern) }
    interests.removeAll()
    for topic in state.interests { interests.set(UInt32(topic)) }
    Self.fill(&authors, traces.authors, second, halfLife)
    Self.fill(&topics, traces.topics, second, halfLife)
    Self.fill(&types, traces.types, second, halfLife)
  }

  private mutating func mark(
    _ state: UserState, _ traces: UserTraces, _ policy: SurfaceSettings.SeenPolicy
  ) {
    var seen = RowTable()
    swap(&seen, &self.seen)
    seen.removeAll()
    traces.hidden.forEach { seen.set($0) }
    if policy != .off { state.deeds.forEach { seen.set($0.item) } }
    if policy == .impressed { traces.seen.forEach { seen.set($0) } }
    swap(&seen, &self.seen)
  }

  private static func fill(
    _ table: inout RowTable, _ affinities: Affinities, _ second: UInt32, _ halfLife: Int64
  ) {
    table.removeAll()
    for entry in affinities.entries {
      let sum = entry.value(at: second, halfLife: halfLife)
      table.set(entry.key, (sum / (1 + abs(sum))).bitPattern)
    }
  }
}
