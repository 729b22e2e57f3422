import TestKit

/// Files that tests write for the program, and damage.
enum Disk {
  /// Writes a file and gives its path back.
  @discardableResult
  static func write(_ text: String, _ path: String) throws -> String {
    try TestFile.write(path, Array(text.utf8))
    return path
  }

  /// Puts other bytes over those at a place.
  static func overwrite(_ path: String, at place: Int, with bytes: [UInt8]) throws {
    var content = try TestFile.read(path)
    content.replaceSubrange(place..<place + bytes.count, with: bytes)
    try TestFile.write(path, content)
  }

  /// Puts other bytes of the same length over every place where `text` stands.
  static func overwrite(_ path: String, every text: String, with other: String) throws {
    var content = try TestFile.read(path)
    let wanted = Array(text.utf8)
    let bytes = Array(other.utf8)
    var index = 0
    while index + wanted.count <= content.count {
      if content[index] == wanted[0], content[index..<index + wanted.count].elementsEqual(wanted) {
        content.replaceSubrange(index..<index + wanted.count, with: bytes)
      }
      index += 1
    }
    try TestFile.write(path, content)
  }
}
