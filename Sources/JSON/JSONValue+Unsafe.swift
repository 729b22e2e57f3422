internal import CSimdJSON
internal import Glibc

/// One value of a parsed text: a view, good until its parser parses again.
///
/// Reading is checked: each accessor throws a `JSONError` with the place when the value is not what
/// it asks for.
///
/// Invariant of the unsafe code: `index` was given by the parser for the parse `generation`, so it
/// is a valid index of the nodes as long as the parser's generation is still that one; `node`
/// checks it on every read, and text is read through offsets and lengths that the same parse wrote.
public struct JSONValue {
  let parser: JSONParser
  let index: UInt32
  let generation: UInt32

  @inline(__always)
  var node: updraft_json_node {
    precondition(generation == parser.generation, "a JSON value outlived its parse")
    return unsafe parser.state.pointee.nodes[Int(index)]
  }

  /// The bytes of a string's text, or of a member's name.
  @inline(__always)
  func withText<Result>(
    at offset: Int, length: Int, _ body: (Span<UInt8>) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    precondition(generation == parser.generation, "a JSON value outlived its parse")
    let text = unsafe UnsafeBufferPointer(
      start: parser.state.pointee.text.advanced(by: offset), count: length)
    return try body(unsafe Span(_unsafeElements: text))
  }

  /// The string at `offset`; simdjson has checked that it is UTF-8.
  func text(at offset: Int, length: Int) -> String {
    precondition(generation == parser.generation, "a JSON value outlived its parse")
    let text = unsafe UnsafeBufferPointer(
      start: parser.state.pointee.text.advanced(by: offset), count: length)
    return unsafe String(decoding: text, as: UTF8.self)
  }

  /// Whether the text at `offset` is `other`, byte for byte.
  @inline(__always)
  func textEquals(at offset: Int, length: Int, _ other: Span<UInt8>) -> Bool {
    precondition(generation == parser.generation, "a JSON value outlived its parse")
    if length != other.count { return false }
    return unsafe other.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return true }
      return unsafe memcmp(parser.state.pointee.text.advanced(by: offset), start, length) == 0
    }
  }

  /// Whether the text at `offset` is `other`, byte for byte.
  @inline(__always)
  func textEquals(at offset: Int, length: Int, _ other: [UInt8]) -> Bool {
    textEquals(at: offset, length: length, other.span)
  }
}
