internal import JSON

/// How far an import got: kept in a small file beside the data.
struct ImportCheckpoint {
  /// Names the content of the input.
  var source: String
  /// Every record that begins on this line or before is durable.
  var line = 0

  /// What an earlier run left; the start when there was none, or when the input is another one.
  static func load(_ path: String?, source: String) throws(LabError) -> ImportCheckpoint {
    var checkpoint = ImportCheckpoint(source: source)
    guard let path, let text = try OutputFile.text(of: path) else { return checkpoint }
    do throws(JSONError) {
      let object = try JSONParser(bytesMax: 1 << 16).parse(text)
      if try object.require("source").string() == source {
        checkpoint.line = try object.require("line").int(in: 0...Int.max)
      }
    } catch {
      throw LabError(
        .format,
        "\(path): not the state of an import (\(error.description)); remove it to begin "
          + "anew, nothing counts twice")
    }
    return checkpoint
  }

  /// Writes the state in place of the old one.
  func save(_ path: String?) throws(LabError) {
    guard let path else { return }
    var json = JSONWriter()
    json.object { json in
      json.member("source", source)
      json.member("line", line)
    }
    json.newline()
    try OutputFile.replace(path, with: json.text)
  }
}
