import Foundation

/// The repository's Swift files, as text.
struct SourceTree {
  struct File {
    let path: String
    let lines: [String]

    /// "Feed" for Sources/Feed/…
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
  }

  let files: [File]

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Every Swift file under one of the folders.
  init(_ folders: [String]) throws {
    var files: [File] = []
    for folder in folders {
      let base = Self.root.appending(path: folder)
      let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
      for name in (names ?? []).sorted() where name.hasSuffix(".swift") {
        let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        files.append(File(path: "\(folder)/\(name)", lines: lines))
      }
    }
    self.files = files
  }
}

extension SourceTree.File {
  /// Numbered lines without what stands in comments; texts in quotes are emptied.
  var code: [(number: Int, text: String)] {
    var isQuoted = false
    return lines.enumerated().compactMap { index, line in
      if line.components(separatedBy: "\"\"\"").count % 2 == 0 {
        isQuoted.toggle()
        return nil
      }
      if isQuoted { return nil }
      var text = line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"")
      if let comment = text.range(of: "//") { text = String(text[..<comment.lowerBound]) }
      return text.allSatisfy(\.isWhitespace) ? nil : (index + 1, text)
    }
  }

  /// The functions and initialisers, with the line they start at and their length in lines.
  var functions: [(line: Int, length: Int)] {
    let start = #/^(?:[a-z@()_]+ )*(?:func |init[(?<])/#
    var found: [(Int, Int)] = []
    for (index, line) in lines.enumerated() {
      let trimmed = line.drop { $0 == " " }
      guard trimmed.firstMatch(of: start) != nil else { continue }
      // The signature ends where the body opens; a requirement of a protocol has none.
      let signature = lines[index...].prefix { !$0.hasSuffix("{") && !$0.isEmpty }
      let open = index + signature.count
      guard open < lines.count, lines[open].hasSuffix("{") else { continue }
      let indent = String(repeating: " ", count: line.count - trimmed.count)
      guard let end = lines[open...].firstIndex(of: indent + "}") else { continue }
      found.append((index + 1, end - index + 1))
    }
    return found
  }
}
