internal import Feed
internal import JSON

/// Examples as one JSON object a line: labels by name, and the features that there are.
final class JSONLinesExamples: ExampleWriter {
  private let file: ExportFile
  private let labels: [Objective]

  init(_ path: String, labels: [Objective]) throws(LabError) {
    file = try ExportFile(path)
    self.labels = labels
  }

  func write(_ rows: [ExampleRow]) throws(LabError) {
    for row in rows {
      var json = JSONWriter()
      json.object { json in
        for field in ExampleField.allCases {
          switch field.value(row) {
          case .text(let text): json.member(field.rawValue, text)
          case .whole(let number): json.member(field.rawValue, number)
          case .number(let number): json.member(field.rawValue, number)
          case .flag(let flag): json.member(field.rawValue, flag)
          }
        }
        json.object("labels") { json in
          for objective in labels { json.member(objective.name, row.labels.has(objective)) }
        }
        json.object("features") { json in
          for (feature, value) in zip(Feature.allCases, row.features()) where value.isFinite {
            json.member(feature.name, value)
          }
        }
      }
      let bytes = json.bytes
      try file.write { output in
        output.append(contentsOf: bytes)
        output.append(0x0A)
      }
    }
  }

  func finish() throws(LabError) { try file.finish() }
}
