internal import Feed
internal import JSON

/// Examples as a folder of arrays that `numpy.load` reads, a row an example:
/// `X.npy` (float32, features, NaN where one is missing), `labels.npy` (uint8, 0 and 1),
/// `context.npy` (float32: position, propensity, seen, …), `groups.npy` (int32: rows of each
/// request, in order), and `columns.json`, which names what the columns are.
final class NumpyExamples: ExampleWriter {
  private let folder: String
  private let labels: [Objective]
  private let features: NumpyColumn
  private let labelBytes: NumpyColumn
  private let context: NumpyColumn
  private let groups: NumpyColumn

  /// The fields of `context.npy`: those that are numbers.
  private static let contextFields: [ExampleField] = [
    .position, .propensity, .sampleRate, .score, .seen, .dwellMs, .viewportMs,
  ]

  init(_ folder: String, labels: [Objective]) throws(LabError) {
    self.folder = folder
    self.labels = labels
    try ExportFile.makeFolder(folder)
    features = try NumpyColumn(folder + "/X.npy", "<f4", width: Feature.allCases.count)
    labelBytes = try NumpyColumn(folder + "/labels.npy", "|u1", width: labels.count)
    context = try NumpyColumn(folder + "/context.npy", "<f4", width: Self.contextFields.count)
    groups = try NumpyColumn(folder + "/groups.npy", "<i4", width: nil)
  }

  func write(_ rows: [ExampleRow]) throws(LabError) {
    guard !rows.isEmpty else { return }
    for row in rows {
      try features.append { bytes in
        for value in row.features() { NumpyColumn.put(value.bitPattern, &bytes) }
      }
      try labelBytes.append { bytes in
        for objective in labels { bytes.append(row.labels.has(objective) ? 1 : 0) }
      }
      try context.append { bytes in
        for field in Self.contextFields {
          let number: Float =
            switch field.value(row) {
            case .number(let number): number
            case .whole(let number): Float(number)
            case .flag(let flag): flag ? 1 : 0
            case .text: .nan
            }
          NumpyColumn.put(number.bitPattern, &bytes)
        }
      }
    }
    try groups.append { NumpyColumn.put(UInt32(clamping: rows.count), &$0) }
  }

  func finish() throws(LabError) {
    for array in [features, labelBytes, context, groups] { try array.finish() }
    var json = JSONWriter()
    json.object { json in
      json.member("rows", features.rows)
      json.member("groups", groups.rows)
      json.member("X", Feature.names)
      json.member("labels", labels.map(\.name))
      json.member("context", Self.contextFields.map(\.rawValue))
    }
    let file = try ExportFile(folder + "/columns.json")
    let bytes = json.bytes
    try file.write { output in
      output.append(contentsOf: bytes)
      output.append(0x0A)
    }
    try file.finish()
  }
}

/// One `.npy` file whose number of rows is known at its end only.
final class NumpyColumn {
  private let file: ExportFile
  private let kind: String
  private let width: Int?
  /// Rows so far.
  private(set) var rows = 0

  /// Wide enough for any number of rows.
  private static let headBytes = 128

  /// - Parameter width: numbers in a row; nil = the array has one axis.
  init(_ path: String, _ kind: String, width: Int?) throws(LabError) {
    file = try ExportFile(path)
    self.kind = kind
    self.width = width
    let head = head
    try file.write { $0.append(contentsOf: head) }
  }

  func append(_ row: (inout [UInt8]) -> Void) throws(LabError) {
    try file.write(row)
    rows += 1
  }

  func finish() throws(LabError) {
    try file.replaceHead(head)
    try file.finish()
  }

  static func put(_ number: UInt32, _ bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The head (NumPy enhancement proposal 1), padded to a fixed length.
  private var head: [UInt8] {
    let shape = width.map { "(\(rows), \($0))" } ?? "(\(rows),)"
    var text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }"
    text += String(repeating: " ", count: max(0, Self.headBytes - 11 - text.utf8.count)) + "\n"
    let length = Self.headBytes - 10
    return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(text.utf8)
  }
}
