/// Memory that an evaluation uses from one call to the next; one a thread.
public final class ForestScratch {
  /// One row.
  var row: [Float] = []

  /// Empty; it grows with use.
  public init() {}
}
