internal import Feed

/// Examples as comma-separated values (RFC 4180): a line a row, labels as 0 and 1, nothing where a
/// feature is missing.
final class CSVExamples: ExampleWriter {
  private let file: ExportFile
  private let labels: [Objective]

  init(_ path: String, labels: [Objective]) throws(LabError) {
    file = try ExportFile(path)
    self.labels = labels
    let names = ExampleField.allCases.map(\.rawValue) + labels.map(\.name) + Feature.names
    try file.write { $0.append(contentsOf: (names.joined(separator: ",") + "\r\n").utf8) }
  }

  func write(_ rows: [ExampleRow]) throws(LabError) {
    for row in rows {
      var line: [String] = []
      for field in ExampleField.allCases {
        switch field.value(row) {
        case .text(let text): line.append(Self.quoted(text))
        case .whole(let number): line.append("\(number)")
        case .number(let number): line.append(Self.text(number))
        case .flag(let flag): line.append(flag ? "1" : "0")
        }
      }
      for objective in labels { line.append(row.labels.has(objective) ? "1" : "0") }
      for value in row.features() { line.append(Self.text(value)) }
      try file.write { $0.append(contentsOf: (line.joined(separator: ",") + "\r\n").utf8) }
    }
  }

  func finish() throws(LabError) { try file.finish() }

  private static func text(_ number: Float) -> String { number.isNaN ? "" : "\(number)" }

  private static func quoted(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
