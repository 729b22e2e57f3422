internal import CSimdJSON

extension JSONValue {
  /// Bytes of the string, in UTF-8.
  public func utf8Count() throws(JSONError) -> Int {
    Int(try stringNode().length)
  }

  /// The string's UTF-8 bytes, unescaped, without making a `String`.
  public func withUTF8<Result>(
    _ body: (Span<UInt8>) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    let node = try stringNode()
    return try withText(at: Int(node.bits), length: Int(node.length), body)
  }

  /// The string; `maxBytes` counts UTF-8 bytes.
  public func string(maxBytes: Int = .max) throws(JSONError) -> String {
    let node = try stringNode()
    if Int(node.length) > maxBytes { throw tooLong(maxBytes) }
    return text(at: Int(node.bits), length: Int(node.length))
  }

  /// A string that may name something: not empty, at most `maxBytes` of UTF-8, no control
  /// characters (U+0000...U+001F, U+007F...U+009F).
  public func identifier(maxBytes: Int = 128) throws(JSONError) -> String {
    try checkIdentifier(maxBytes: maxBytes)
    let node = self.node
    return text(at: Int(node.bits), length: Int(node.length))
  }

  /// The bytes of a string that may name something; see `identifier(maxBytes:)`.
  public func withIdentifier<Result>(
    maxBytes: Int = 128, _ body: (Span<UInt8>) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    try checkIdentifier(maxBytes: maxBytes)
    return try withUTF8(body)
  }

  /// Whether this is a string equal to `text`, byte for byte.
  public func equals(_ text: String) -> Bool {
    let node = self.node
    guard node.kind == UInt32(UPDRAFT_JSON_STRING) else { return false }
    return textEquals(at: Int(node.bits), length: Int(node.length), text.utf8.span)
  }

  /// The position in `keys` of this string, which must be one of them.
  public func choice(of keys: JSONKeys) throws(JSONError) -> Int {
    let node = try stringNode()
    guard let position = keys.position(of: self, at: Int(node.bits), length: Int(node.length))
    else {
      let text = try string().prefix(64)
      throw error(
        .invalid, "\"\(text)\" is not one of \(keys.names.joined(separator: ", "))")
    }
    return position
  }

  private func checkIdentifier(maxBytes: Int) throws(JSONError) {
    let node = try stringNode()
    if node.length == 0 { throw error(.invalid, "the string is empty") }
    if Int(node.length) > maxBytes { throw tooLong(maxBytes) }
    let clean = try withText(at: Int(node.bits), length: Int(node.length)) { bytes in
      JSONValue.isFreeOfControls(bytes)
    }
    if !clean { throw error(.invalid, "the string holds a control character") }
  }

  /// Valid UTF-8 without U+0000...U+001F and U+007F...U+009F; the latter are C2 80...C2 9F.
  @inline(__always)
  private static func isFreeOfControls(_ bytes: Span<UInt8>) -> Bool {
    var previous: UInt8 = 0
    var bad = false
    for index in bytes.indices {
      let byte = bytes[index]
      let c1 = previous == 0xC2 && byte < 0xA0
      bad = bad || byte < 0x20 || byte == 0x7F || c1
      previous = byte
    }
    return !bad
  }

  @inline(__always)
  private func stringNode() throws(JSONError) -> updraft_json_node {
    let node = self.node
    if node.kind != UInt32(UPDRAFT_JSON_STRING) { throw mismatch("a string") }
    return node
  }

  private func tooLong(_ maxBytes: Int) -> JSONError {
    error(.outOfRange, "the string has \(node.length) bytes of UTF-8, more than \(maxBytes)")
  }
}
