internal import CSimdJSON
internal import Glibc

/// Reads JSON texts with simdjson; keeps its memory from one text to the next.
///
/// One parser serves one thread at a time. A parse lays the whole text out as an array of nodes;
/// `JSONValue` is a view of one node and is good until the parser's next parse: a value used later
/// stops the program, it never reads other memory.
///
/// ```swift
/// let parser = JSONParser()
/// let event = try parser.parse(body)
/// let user = try event.require("user_id").identifier()
/// ```
///
/// Invariant of the unsafe code: `state` comes from `updraft_json_create` and is released once, by
/// `deinit`. Its `nodes` hold `count` initialised nodes; each `end` is in `index + 1...count`, each
/// offset and length of text lies inside `text`. The shim changes them only inside a parse, and
/// each parse counts up `generation`, which `JSONValue` compares before it reads.
@safe public final class JSONParser {
  let state: UnsafeMutablePointer<updraft_json_state>
  /// The most bytes that a text may have.
  public let bytesMax: Int

  /// A parser with limits.
  ///
  /// - Parameters:
  ///   - depthMax: nested containers, 1...1024.
  ///   - valuesMax: values in a text; each costs 32 bytes of memory while it is read.
  ///   - bytesMax: bytes of a text, at most 1 GiB.
  public init(
    depthMax: Int = 32, valuesMax: Int = 4_000_000, bytesMax: Int = 64 << 20
  ) {
    let depth = UInt32(max(1, min(depthMax, 1024)))
    let values = UInt32(max(1, min(valuesMax, 1 << 30)))
    guard let state = unsafe updraft_json_create(depth, values) else {
      preconditionFailure("no memory for a JSON parser")
    }
    unsafe self.state = state
    self.bytesMax = max(0, min(bytesMax, 1 << 30))
  }

  deinit {
    unsafe updraft_json_release(state)
  }

  /// Parses one text. Refuses wrong JSON, wrong UTF-8, duplicate names, and what is over a limit.
  public func parse(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    try checkSize(bytes.count)
    let code = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe updraft_json_parse(state, buffer.baseAddress, buffer.count)
    }
    return try root(after: code, of: bytes)
  }

  /// Parses one text.
  public func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    try parse(bytes.span)
  }

  /// Parses one text.
  public func parse(_ text: String) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8))
  }

  /// Copies a text in, so that parts of it can be parsed by `parseLoaded`.
  func load(_ bytes: Span<UInt8>) throws(JSONError) {
    try checkSize(bytes.count)
    let code = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe updraft_json_load(state, buffer.baseAddress, buffer.count)
    }
    if code != Int32(UPDRAFT_JSON_OK) { throw error(after: code, of: bytes) }
  }

  /// Parses the part of the loaded text, which is `bytes`, at `offset`.
  func parseLoaded(
    _ bytes: Span<UInt8>, offset: Int, length: Int
  ) throws(JSONError) -> JSONValue {
    let code = unsafe updraft_json_parse_loaded(state, offset, length)
    return try root(after: code, of: bytes.extracting(offset..<offset + length))
  }

  /// The next line end in `bytes` from `start` on, or their count.
  static func lineEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    guard start < bytes.count else { return bytes.count }
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return buffer.count }
      let found = unsafe memchr(base + start, 0x0A, buffer.count - start)
      return unsafe found.map { unsafe UnsafeRawPointer($0) - base } ?? buffer.count
    }
  }

  /// Counts parses.
  @inline(__always)
  var generation: UInt32 { unsafe state.pointee.generation }

  private func checkSize(_ count: Int) throws(JSONError) {
    if count > bytesMax {
      throw JSONError(.tooLarge, message: "\(count) bytes are more than the limit of \(bytesMax)")
    }
  }

  @inline(__always)
  private func root(after code: Int32, of bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    if code != Int32(UPDRAFT_JSON_OK) { throw error(after: code, of: bytes) }
    return JSONValue(parser: self, index: 0, generation: generation)
  }

  /// About where the text goes wrong.
  private func faultOffset(_ bytes: Span<UInt8>) -> Int? {
    let offset = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe updraft_json_fault_offset(buffer.baseAddress, buffer.count)
    }
    return (0...bytes.count).contains(offset) ? offset : nil
  }

  /// Where the text stops to be UTF-8.
  private func wrongUTF8(_ bytes: Span<UInt8>) -> Int? {
    do {
      _ = try UTF8Span(validating: bytes)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }

  @inline(never)
  private func error(after code: Int32, of bytes: Span<UInt8>) -> JSONError {
    let limits = unsafe (depth: state.pointee.depth_max, values: state.pointee.values_max)
    switch Int(code) {
    case UPDRAFT_JSON_EMPTY:
      return JSONError(.empty, message: "no JSON value")
    case UPDRAFT_JSON_BAD_STRING:
      return JSONError(
        .badString, offset: faultOffset(bytes),
        message: "a string is not closed, or has a raw control character or a wrong escape")
    case UPDRAFT_JSON_BAD_NUMBER:
      return JSONError(
        .badNumber, offset: faultOffset(bytes),
        message: "a number is not a JSON number or is too large")
    case UPDRAFT_JSON_BAD_UTF8:
      return JSONError(
        .badUTF8, offset: wrongUTF8(bytes), message: "the text is not valid UTF-8")
    case UPDRAFT_JSON_TOO_DEEP:
      return JSONError(.tooDeep, message: "more than \(limits.depth) nested objects and arrays")
    case UPDRAFT_JSON_TOO_LARGE:
      return JSONError(.tooLarge, message: "the text is larger than the limit of \(bytesMax) bytes")
    case UPDRAFT_JSON_TOO_MANY_VALUES:
      return JSONError(.tooManyValues, message: "more than \(limits.values) values")
    case UPDRAFT_JSON_DUPLICATE_KEY:
      let fault = unsafe JSONValue(
        parser: self, index: state.pointee.fault, generation: generation)
      return fault.error(.duplicateKey, "the name stands twice in one object")
    case UPDRAFT_JSON_NO_MEMORY:
      return JSONError(.noMemory, message: "memory is short")
    default:
      return JSONError(.syntax, offset: faultOffset(bytes), message: "not a JSON text")
    }
  }
}
