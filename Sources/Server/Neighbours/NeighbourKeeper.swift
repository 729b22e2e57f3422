internal import Feed
internal import Sync

/// Gathers tables of neighbours as they come in, part by part, keeps the one that is to serve, and
/// sets it on the engine's board.
final class NeighbourKeeper: @unchecked Sendable {
  // Sendable: everything that changes is under `lock`; what reaches the disk goes one at a time,
  // under `turn`.

  /// What the rest of the server may know at any time.
  struct View: Sendable {
    var serving: NeighbourTable?
    /// The name of the table that is gathered, its items, its pairs; nil: none is.
    var gathered: (name: String, items: Int, pairs: Int)?
    /// What operators should know.
    var notices: [String] = []
  }

  private let engine: Engine
  private let store: any NeighbourStore
  private let notice: @Sendable (String) -> Void
  private let turn = Lock()
  private let lock = Lock()
  private var draft: NeighbourDraft?
  private var notices: [String] = []

  init(
    _ engine: Engine, _ store: any NeighbourStore, notice: @escaping @Sendable (String) -> Void
  ) {
    self.engine = engine
    self.store = store
    self.notice = notice
  }

  /// The state as of now.
  var state: View {
    let (draft, notices) = lock.withLock { (self.draft, self.notices) }
    return View(
      serving: engine.neighbours.table,
      gathered: draft.map { ($0.name, $0.items, $0.pairs) }, notices: notices)
  }

  /// Loads the table that was kept last. One that can't be trusted is told, and never keeps the
  /// server from starting.
  func start() {
    do throws(NeighbourError) {
      engine.neighbours.set(try store.table())
    } catch {
      let line = "\(error.description); pages go without learned neighbours"
      lock.withLock { notices = [line] }
      notice(line)
    }
  }

  /// Takes part of a table in. A part of another table than before begins anew.
  ///
  /// - Returns: items and pairs so far.
  /// - Throws: what is wrong with a row; those before it were taken in, and may be sent again.
  func gather(
    _ name: String, _ rows: [(item: String, neighbours: [NeighbourTable.Neighbour])]
  ) throws(NeighbourError) -> (items: Int, pairs: Int) {
    try lock.withLock { () throws(NeighbourError) in
      var draft =
        self.draft.flatMap { $0.name == name ? $0 : nil }
        ?? NeighbourDraft(
          name: name, pairsMax: engine.configuration.engine.neighbourPairsMax)
      // What is changed in place must not be copied for its second owner.
      self.draft = nil
      defer { self.draft = draft }
      for row in rows { try draft.set(row.item, row.neighbours) }
      return (draft.items, draft.pairs)
    }
  }

  /// Lets the gathered table serve, once it is on the disk.
  ///
  /// - Parameter items: how many it must have, so that none that lost a part serves.
  /// - Returns: the table.
  func serve(_ name: String, items: Int) throws(NeighbourError) -> NeighbourTable {
    try turn.withLock { () throws(NeighbourError) in
      guard let draft = lock.withLock({ self.draft }), draft.name == name else {
        throw NeighbourError(
          .conflict, "no table \(name) is gathered here; send its parts first, all of them")
      }
      guard draft.items == items else {
        throw NeighbourError(
          .conflict,
          "the table \(name) has \(draft.items) items, not \(items); send the missing parts")
      }
      let table = draft.table(made: engine.time.now)
      try set(table)
      lock.withLock { self.draft = nil }
      return table
    }
  }

  /// Takes the table off.
  ///
  /// - Returns: whether there was one.
  func remove() throws(NeighbourError) -> Bool {
    try turn.withLock { () throws(NeighbourError) in
      let wasThere = engine.neighbours.table != nil
      try set(nil)
      return wasThere
    }
  }

  private func set(_ table: NeighbourTable?) throws(NeighbourError) {
    try store.keep(table)
    engine.neighbours.set(table)
    lock.withLock { notices = [] }
  }
}
