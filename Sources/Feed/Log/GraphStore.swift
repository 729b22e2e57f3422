public import Index

/// The port behind which the graphs of the spaces are kept, one for each version of each.
///
/// A graph is only a shortcut: the World's snapshot and the log are the truth, and a graph that is
/// missing or refused is linked anew from their vectors.
public protocol GraphStore: AnyObject, Sendable {
  /// Writes a graph aside, syncs it and its folder, in place of the one of that name. Any thread
  /// may call it, also while the graph is searched and changed.
  ///
  /// - Returns: `changes` of the graph as it was written.
  func save(_ graph: GraphIndex, as name: GraphName) throws(SnapshotError) -> Int

  /// Checks a graph and opens it; nil when there is none of that name.
  ///
  /// - Throws: `.corrupt` or `.newer`, naming the file.
  func open(_ name: GraphName) throws(SnapshotError) -> GraphIndex?

  /// Removes the graphs of all other names.
  func drop(allBut names: Set<GraphName>) throws(SnapshotError)
}

/// Which graph: a version of a space.
public struct GraphName: Hashable, Sendable {
  /// The space.
  public var space: String
  /// The version's number.
  public var version: UInt32

  /// Makes a name.
  public init(space: String, version: UInt32) {
    self.space = space
    self.version = version
  }
}

/// How far the graph of a space is.
public struct IndexState: Equatable, Sendable {
  /// The space.
  public var space: String
  /// The version that serves.
  public var version: UInt32
  /// Items that have a vector.
  public var items: Int
  /// Of these, the ones that are not linked yet: each search compares them one by one.
  public var pending: Int

  /// Whether so many wait that searches may not end in time; pages then go without `nearest`.
  public var isBuilding: Bool { pending > Self.pendingMost }

  /// The ones that are linked.
  public var linked: Int { max(0, items - pending) }

  static let pendingMost = 50_000
}
