public import Index

extension Engine {
  /// How far the graphs of the spaces that serve are; empty until the World is complete.
  public func indexStates() -> [IndexState] {
    guard pages != nil else { return [] }
    return read { world in
      world.spaces.map { space in
        let index = space.serving.index
        return IndexState(
          space: space.name, version: space.serving.number, items: index.count,
          pending: min(index.count, index.pending))
      }
    }
  }

  /// Writes the graphs that changed since they were written, and drops those whose version has
  /// gone. It runs on the thread that links, so that commits and pages do not wait for it.
  func saveGraphs() {
    guard let graphs else { return }
    var named: [GraphName: GraphIndex] = [:]
    for (name, index) in read({ $0.namedGraphs }) { named[name] = index }
    do {
      for (name, index) in named.sorted(by: { $0.key < $1.key }) {
        let mark = SavedGraph(index: ObjectIdentifier(index), changes: index.changes)
        if savedGraphs[name] == mark { continue }
        savedGraphs[name] = nil
        let changes = try graphs.save(index, as: name)
        savedGraphs[name] = SavedGraph(index: mark.index, changes: changes)
      }
      savedGraphs = savedGraphs.filter { named[$0.key] != nil }
      try graphs.drop(allBut: Set(named.keys))
    } catch {
      say("\(error.description); the graph is linked anew at the next start")
    }
  }

  /// The graph of a version from its file; nil, and a line for the operator, when it must be linked
  /// anew.
  func openGraph(_ name: GraphName) -> GraphIndex? {
    guard let graphs else { return nil }
    do {
      if let graph = try graphs.open(name) {
        savedGraphs[name] = SavedGraph(index: ObjectIdentifier(graph), changes: graph.changes)
        return graph
      }
      say("graph-missing: \(name) has no file; \(Self.linkedAnew)")
    } catch {
      say("\(error.description); \(Self.linkedAnew)")
    }
    return nil
  }

  private static let linkedAnew = "it is linked anew in the background, see index in /readyz"
}

/// What a file of a graph holds.
struct SavedGraph: Equatable {
  let index: ObjectIdentifier
  let changes: Int
}

extension GraphName: Comparable, CustomStringConvertible {
  /// By space, then by version.
  public static func < (a: Self, b: Self) -> Bool {
    a.space == b.space ? a.version < b.version : a.space < b.space
  }

  /// The space and the version.
  public var description: String { "\(space) version \(version)" }
}

extension World {
  /// The graphs of all versions of all spaces, with their names.
  public var namedGraphs: [(GraphName, GraphIndex)] {
    spaces.flatMap { space in
      space.versions.map { (GraphName(space: space.name, version: $0.number), $0.index) }
    }
  }
}
