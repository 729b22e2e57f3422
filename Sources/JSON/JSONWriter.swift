/// Writes JSON text into memory, front to back.
///
/// It places commas by itself; the caller keeps the order right: inside an object a `key` before
/// each value, as many `end` as `begin`. Strings are written so that the text is also safe inside
/// an HTML page and a script: `<`, U+2028 and U+2029 are escaped.
///
/// ```swift
/// var json = JSONWriter()
/// json.object { json in
///   json.member("post_id", id)
///   json.member("score", 0.25)
/// }
/// send(json.bytes)
/// ```
public struct JSONWriter: ~Copyable {
  var buffer: JSONBuffer
  private var needsComma = false

  /// An empty text with room for `capacity` bytes; it grows as needed.
  public init(capacity: Int = 1024) {
    buffer = JSONBuffer(capacity: capacity)
  }

  /// The text so far, as a copy.
  public var bytes: [UInt8] { buffer.array }

  /// The text so far, as a string.
  public var text: String { String(decoding: buffer.array, as: UTF8.self) }

  /// Bytes so far.
  public var count: Int { buffer.count }

  /// Gives the text so far without a copy.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try buffer.withBytes(body)
  }

  /// Drops the text and keeps the memory.
  public mutating func reset() {
    buffer.removeAll()
    needsComma = false
  }

  /// Opens an object.
  public mutating func beginObject() { open(0x7B) }

  /// Closes an object.
  public mutating func endObject() { close(0x7D) }

  /// Opens an array.
  public mutating func beginArray() { open(0x5B) }

  /// Closes an array.
  public mutating func endArray() { close(0x5D) }

  /// An object whose members `body` writes.
  public mutating func object<Failure: Error>(
    _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    beginObject()
    try body(&self)
    endObject()
  }

  /// An array whose elements `body` writes.
  public mutating func array<Failure: Error>(
    _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    beginArray()
    try body(&self)
    endArray()
  }

  /// The name of the member whose value comes next.
  public mutating func key(_ key: String) {
    separate()
    buffer.appendQuoted(key)
    buffer.append(0x3A)
    needsComma = false
  }

  /// A string.
  public mutating func value(_ value: String) {
    separate()
    buffer.appendQuoted(value)
  }

  /// A string given as valid UTF-8.
  public mutating func value(utf8 value: Span<UInt8>) {
    separate()
    buffer.appendQuoted(value)
  }

  /// A whole number.
  public mutating func value(_ value: Int) { self.value(Int64(value)) }

  /// A whole number.
  public mutating func value(_ value: Int64) {
    separate()
    buffer.appendInteger(value)
  }

  /// A whole number.
  public mutating func value(_ value: UInt64) {
    separate()
    buffer.appendInteger(value)
  }

  /// A number in the fewest digits that read back as the same number; not finite: `null`.
  public mutating func value(_ value: Double) {
    separate()
    value.isFinite ? buffer.appendNumber(value) : buffer.append("null")
  }

  /// A number in the fewest digits that read back as the same number; not finite: `null`.
  public mutating func value(_ value: Float) {
    separate()
    value.isFinite ? buffer.appendNumber(value) : buffer.append("null")
  }

  /// `true` or `false`.
  public mutating func value(_ value: Bool) {
    separate()
    buffer.append(value ? "true" : "false")
  }

  /// `null`.
  public mutating func null() {
    separate()
    buffer.append("null")
  }

  /// A value that is JSON text already.
  public mutating func raw(_ json: Span<UInt8>) {
    separate()
    buffer.append(json)
  }

  /// A value that is JSON text already.
  public mutating func raw(_ json: [UInt8]) {
    raw(json.span)
  }

  /// A line end after a value, for a text with one value a line.
  public mutating func newline() {
    buffer.append(0x0A)
    needsComma = false
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    buffer.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    buffer.append(bracket)
    needsComma = true
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { buffer.append(0x2C) }
    needsComma = true
  }
}
