internal import Feed
internal import Glibc

/// Ranking data as LETOR, LightGBM and XGBoost exchange it: a line a row, `grade qid:1 3:0.5 7:1`,
/// and the rows of each query in a file of their own where no line has a `qid`.
///
/// Indices are kept as they are: index 7 becomes the feature `f7`. An index that a line leaves out
/// is missing there. Text from `#` on is a comment; gzip is inflated. A grade above 0 counts as a
/// click.
public struct SVMLightFile: Sendable {
  /// The largest index of a feature.
  public static let indexMax = TrainingTable.featuresMax - 1
  private static let lineBytesMax = 16 << 20

  /// Rows as they stand in the file, the values that are there only.
  package struct Rows {
    package var grades: [Float] = []
    package var indices: [Int32] = []
    package var values: [Float] = []
    /// Where each row begins in `indices`, and their number at the end.
    var starts = [0]
    /// Rows of each run of equal `qid`s; empty where no line has one.
    var groups: [Int] = []
    var queries: [Int64] = []
    /// One more than the largest index.
    var width = 0

    package init() {}
  }

  /// The path that messages name.
  let path: String

  /// Reads a file, and the sizes of its groups.
  ///
  /// - Parameters:
  ///   - groups: the file of group sizes, a whole number a line; nil = lines have a `qid`.
  ///   - features: the names of the columns that the table has; nil = those of the file. Indices
  ///     that are not among them are left out: a model does not ask for them.
  /// - Throws: `LabError` that names file and line.
  public static func read(
    _ path: String, groups: String?, features: [String]? = nil
  ) throws(LabError) -> TrainingTable {
    let (file, rows, sizes) = try load(path, groups)
    return try file.table(rows, groups: sizes, features: features ?? names([rows]))
  }

  /// Reads several files into tables of the same columns: those of all of them together.
  ///
  /// - Throws: `LabError` that names file and line.
  public static func read(
    _ files: [(path: String, groups: String?)]
  ) throws(LabError) -> [TrainingTable] {
    var loaded: [(file: SVMLightFile, rows: Rows, sizes: [Int])] = []
    for (path, groups) in files { loaded.append(try load(path, groups)) }
    let features = names(loaded.map(\.rows))
    var tables: [TrainingTable] = []
    for (file, rows, sizes) in loaded {
      tables.append(try file.table(rows, groups: sizes, features: features))
    }
    return tables
  }

  private static func load(
    _ path: String, _ groups: String?
  ) throws(LabError) -> (SVMLightFile, Rows, [Int]) {
    let file = SVMLightFile(path: path)
    let rows = try file.rows()
    guard !rows.grades.isEmpty else { throw LabError(.format, "\(path): has no rows") }
    if let groups {
      return (file, rows, try GroupFile.read(groups, rows: rows.grades.count, of: path))
    }
    guard !rows.groups.isEmpty else {
      throw LabError(
        .format, "\(path): no line has a qid; name the file of group sizes, or add qid:N")
    }
    return (file, rows, rows.groups)
  }

  /// `f1`…`f300` where index 0 is not used, else from `f0`.
  private static func names(_ rows: [Rows]) -> [String] {
    let first = rows.contains { $0.indices.contains(0) } ? 0 : 1
    let width = rows.map(\.width).max() ?? 0
    return (first..<max(first + 1, width)).map { "f\($0)" }
  }

  private func table(
    _ rows: Rows, groups: [Int], features: [String]
  ) throws(LabError) -> TrainingTable {
    var columns = [Int32](repeating: -1, count: rows.width)
    for (column, name) in features.enumerated() {
      guard name.hasPrefix("f"), let index = Int(name.dropFirst()), index >= 0 else {
        throw LabError(
          .format,
          "\(path): the model's feature \"\(name)\" is none of an SVMlight file (f0, f1, …)")
      }
      if index < rows.width { columns[index] = Int32(column) }
    }
    let count = rows.grades.count
    guard count * features.count <= TrainingTable.valuesMax else {
      throw LabError(
        .format,
        "\(path): \(count) rows of \(features.count) features are too many; train on a part")
    }
    var values = [Float](repeating: .nan, count: count * features.count)
    for row in 0..<count {
      for at in rows.starts[row]..<rows.starts[row + 1] {
        let column = columns[Int(rows.indices[at])]
        guard column >= 0 else { continue }
        values[row * features.count + Int(column)] = rows.values[at]
      }
    }
    return try TrainingTable(
      features: features, values: values, groups: groups, grades: rows.grades,
      labels: rows.grades.map { $0 > 0 ? Objective.click.bit : 0 })
  }

  private func rows() throws(LabError) -> Rows {
    var rows = Rows()
    var lines = LineReader(try InputFile(path), lineBytesMax: Self.lineBytesMax)
    while let line = try lines.next() {
      do throws(Fault) {
        try Self.parse(line, into: &rows)
      } catch {
        throw LabError(.format, "\(path):\(lines.number): \(error.message)")
      }
    }
    guard rows.queries.isEmpty || rows.queries.count == rows.grades.count else {
      throw LabError(
        .format,
        "\(path): \(rows.queries.count) of \(rows.grades.count) rows have a qid; all or none")
    }
    return rows
  }

  /// What is wrong with a line.
  package struct Fault: Error {
    let message: String
  }

  /// Adds the row of a line; an empty line, or one of nothing but a comment, has none.
  package static func parse(_ line: [UInt8], into rows: inout Rows) throws(Fault) {
    let text = line.prefix { $0 != UInt8(ascii: "#") }
    var words = text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }[...]
    guard let first = words.popFirst() else { return }
    guard let grade = number(first), grade >= 0, grade <= TrainingTable.gradeMax else {
      throw Fault(
        message:
          "the grade \"\(shown(first))\" is no number from 0 to \(Int(TrainingTable.gradeMax))")
    }
    guard rows.grades.count < TrainingTable.rowsMax else {
      throw Fault(message: "more than \(TrainingTable.rowsMax) rows; train on a part")
    }
    rows.grades.append(grade)
    var last: Int32 = -1
    for word in words {
      guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else {
        throw Fault(message: "\"\(shown(word))\": expected index:value")
      }
      let (key, text) = (word[..<colon], word[(colon + 1)...])
      if key.elementsEqual("qid".utf8) {
        guard let query = Int64(String(decoding: text, as: UTF8.self)) else {
          throw Fault(message: "\"\(shown(word))\": expected qid: and a whole number")
        }
        rows.add(query: query)
        continue
      }
      guard let index = Int32(String(decoding: key, as: UTF8.self)), index >= 0, index <= indexMax
      else {
        throw Fault(message: "\"\(shown(word))\": the index is not from 0 to \(indexMax)")
      }
      guard index > last else {
        throw Fault(message: "\"\(shown(word))\": indices must rise; the one before is \(last)")
      }
      guard let value = number(text), !value.isInfinite else {
        throw Fault(message: "\"\(shown(word))\": the value is no finite number, nor nan")
      }
      last = index
      rows.indices.append(index)
      rows.values.append(value)
    }
    rows.width = max(rows.width, Int(last) + 1)
    rows.starts.append(rows.indices.count)
  }

  private static func shown(_ word: ArraySlice<UInt8>) -> String {
    String(decoding: word.prefix(40), as: UTF8.self)
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Float? {
    Float(String(decoding: text, as: UTF8.self))
  }
}

extension SVMLightFile.Rows {
  fileprivate mutating func add(query: Int64) {
    if let last = queries.last, last == query {
      groups[groups.count - 1] += 1
    } else {
      groups.append(1)
    }
    queries.append(query)
  }
}
