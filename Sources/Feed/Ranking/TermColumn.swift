/// What a table says of the terms of a vocabulary, one element a term, so that a candidate's term
/// is looked up without a search.
struct TermColumn {
  private var values: [Float] = []

  /// Takes over what `value` makes of each key of a table; of every other term it is 0.
  mutating func read(_ table: borrowing RowTable, _ value: (UInt32) -> Float) {
    values.removeAll(keepingCapacity: true)
    var count = 0
    table.forEach { count = max(count, Int($0) + 1) }
    // Numbers of terms have two bytes; a key beyond them is none.
    values.append(contentsOf: repeatElement(0, count: min(count, Int(UInt16.max) + 1)))
    table.forEach { if Int($0) < values.count { values[Int($0)] = value($0) } }
  }

  /// Fills a column by the candidate's term.
  func fill(_ feature: Feature, _ matrix: inout FeatureMatrix, _ term: (Int) -> UInt16) {
    if values.isEmpty { return matrix.fill(feature, all: 0) }
    let values = self.values.span
    matrix.fill(feature) {
      let term = Int(term($0))
      return term < values.count ? values[term] : 0
    }
  }
}
