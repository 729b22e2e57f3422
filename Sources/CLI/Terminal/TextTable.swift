/// Rows in columns as wide as their widest cell; columns of numbers stand to the right.
struct TextTable {
  private var rows: [[String]]
  private let right: Set<Int>

  /// A table with a heading; `right` names the columns that stand to the right.
  init(_ heading: [String], right: Set<Int> = []) {
    rows = [heading]
    self.right = right
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, without blanks at their ends.
  var text: String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (right.contains(column) ? gap + cell : cell + gap)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
