/// A matrix of mostly zeros, row after row (compressed sparse rows).
public struct SparseMatrix: Sendable, Equatable {
  /// A value at its place.
  public struct Entry: Equatable, Sendable {
    /// From 0 to below the number of rows.
    public var row: UInt32
    /// From 0 to below the number of columns.
    public var column: UInt32
    /// What stands there.
    public var value: Float

    package init(row: UInt32, column: UInt32, value: Float) {
      self.row = row
      self.column = column
      self.value = value
    }
  }

  /// How many rows.
  public let rows: Int
  /// How many columns.
  public let columns: Int
  /// Where the rows begin among the values; `rows + 1` places.
  public let starts: [Int]
  /// The column of each value, ascending within a row.
  public let indices: [UInt32]
  /// The values, as many as `indices`.
  public let values: [Float]

  /// Sorts entries into rows; those of one place become one by `merging`, in their order.
  ///
  /// - Precondition: every entry lies inside.
  /// - Complexity: O(n log n) in the longest row, O(n) in all.
  public init(
    rows: Int, columns: Int, entries: [Entry],
    merging: (Float, Float) -> Float = { $0 + $1 }
  ) {
    var counts = [Int](repeating: 0, count: rows + 1)
    for entry in entries {
      precondition(Int(entry.row) < rows && Int(entry.column) < columns, "an entry outside")
      counts[Int(entry.row) + 1] += 1
    }
    for row in 0..<rows { counts[row + 1] += counts[row] }
    var next = counts
    var order = [Int](repeating: 0, count: entries.count)
    for (number, entry) in entries.enumerated() {
      order[next[Int(entry.row)]] = number
      next[Int(entry.row)] += 1
    }
    var starts = [0]
    var indices: [UInt32] = []
    var values: [Float] = []
    starts.reserveCapacity(rows + 1)
    indices.reserveCapacity(entries.count)
    values.reserveCapacity(entries.count)
    for row in 0..<rows {
      let part = order[counts[row]..<counts[row + 1]]
        .sorted { (entries[$0].column, $0) < (entries[$1].column, $1) }
      for number in part {
        let entry = entries[number]
        if indices.count > starts[row], indices[indices.count - 1] == entry.column {
          values[values.count - 1] = merging(values[values.count - 1], entry.value)
        } else {
          indices.append(entry.column)
          values.append(entry.value)
        }
      }
      starts.append(indices.count)
    }
    self.init(rows: rows, columns: columns, starts: starts, indices: indices, values: values)
  }

  /// A matrix out of its parts, which fit together.
  init(rows: Int, columns: Int, starts: [Int], indices: [UInt32], values: [Float]) {
    self.rows = rows
    self.columns = columns
    self.starts = starts
    self.indices = indices
    self.values = values
  }

  /// How many values there are.
  public var count: Int { values.count }

  /// Where the values of a row lie.
  public func range(_ row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// How many values each column has.
  public var columnCounts: [Int] {
    var counts = [Int](repeating: 0, count: columns)
    for column in indices { counts[Int(column)] += 1 }
    return counts
  }

  /// Columns as rows.
  ///
  /// - Complexity: O(rows + columns + values)
  public func transposed() -> SparseMatrix {
    var starts = [0]
    starts.reserveCapacity(columns + 1)
    for count in columnCounts { starts.append(starts[starts.count - 1] + count) }
    var next = starts
    var indices = [UInt32](repeating: 0, count: count)
    var values = [Float](repeating: 0, count: count)
    for row in 0..<rows {
      for place in range(row) {
        let column = Int(self.indices[place])
        indices[next[column]] = UInt32(row)
        values[next[column]] = self.values[place]
        next[column] += 1
      }
    }
    return SparseMatrix(
      rows: columns, columns: rows, starts: starts, indices: indices, values: values)
  }
}
