/// The port behind which the table of neighbours that serves is kept. One writer at a time.
public protocol NeighbourStore: AnyObject, Sendable {
  /// The table that was kept last; nil when there is none.
  ///
  /// - Throws: `.corrupt` or `.version`, naming the place, when what is kept can't be trusted.
  func table() throws(NeighbourError) -> NeighbourTable?

  /// Keeps a table in place of the one before, at once and durably; nil: keeps none.
  func keep(_ table: NeighbourTable?) throws(NeighbourError)
}
