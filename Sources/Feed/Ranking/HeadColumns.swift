internal import Trees

/// What the heads of a model say of a batch, calibrated: a column a head.
package struct HeadColumns {
  /// Which objectives there are, in the order of the columns; none = no model scored.
  package private(set) var objectives: [Objective] = []
  private var columns: [[Float]] = []
  let scratch = ForestScratch()
  /// A column for what has no objective.
  var spare: [Float] = []

  /// No heads.
  package init() {}

  /// Begins a batch.
  mutating func begin(_ objectives: [Objective]) {
    self.objectives = objectives
    while columns.count < objectives.count { columns.append([]) }
  }

  /// What a head says of the candidate at `index`.
  @inline(__always)
  package subscript(head: Int, index: Int) -> Float { columns[head][index] }

  /// Changes a whole column.
  mutating func with(_ head: Int, _ body: (inout [Float]) -> Void) {
    var column: [Float] = []
    swap(&column, &columns[head])
    body(&column)
    swap(&column, &columns[head])
  }
}
