internal import CSimdJSON

/// What to do with members that are not in the list.
public enum JSONUnknownKeys: Sendable {
  /// Skip them.
  case ignore
  /// Throw `unknown_key`.
  case refuse
}

/// A member of an object.
public struct JSONMember {
  /// The value; its place names the member.
  public let value: JSONValue

  /// The name.
  public var key: String { value.key ?? "" }

  /// Whether the name is `text`, byte for byte.
  public func named(_ text: String) -> Bool { value.keyEquals(text.utf8.span) }
}

/// The elements of an array in order.
public struct JSONElements: Sequence, IteratorProtocol {
  let container: JSONValue
  var position: UInt32
  let end: UInt32

  /// The next element.
  public mutating func next() -> JSONValue? {
    guard position < end else { return nil }
    let value = container.sibling(position)
    position = value.node.end
    return value
  }
}

/// The members of an object in order.
public struct JSONMembers: Sequence, IteratorProtocol {
  var values: JSONElements

  /// The next member.
  public mutating func next() -> JSONMember? {
    values.next().map(JSONMember.init(value:))
  }
}

extension JSONValue {
  /// Elements of an array or members of an object; 0 for other values.
  public var count: Int {
    let node = self.node
    return node.kind >= UInt32(UPDRAFT_JSON_ARRAY) ? Int(node.length) : 0
  }

  /// The elements of this array, at most `maxCount`.
  public func elements(maxCount: Int = .max) throws(JSONError) -> JSONElements {
    let node = try arrayNode(0...maxCount)
    return JSONElements(container: self, position: index + 1, end: node.end)
  }

  /// The members of this object.
  public func members() throws(JSONError) -> JSONMembers {
    let node = try objectNode()
    return JSONMembers(values: JSONElements(container: self, position: index + 1, end: node.end))
  }

  /// The member `key`, or nil when this is not an object or has none.
  public subscript(key: String) -> JSONValue? {
    let node = self.node
    guard node.kind == UInt32(UPDRAFT_JSON_OBJECT) else { return nil }
    let bytes = key.utf8.span
    var next = index + 1
    while next < node.end {
      let value = sibling(next)
      if value.keyEquals(bytes) { return value }
      next = value.node.end
    }
    return nil
  }

  /// The member `key`, or nil when there is none or it is `null`; throws when this is no object.
  public func optional(_ key: String) throws(JSONError) -> JSONValue? {
    _ = try objectNode()
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }

  /// The member `key`, which must be there and not be `null`.
  public func require(_ key: String) throws(JSONError) -> JSONValue {
    guard let value = try optional(key) else { throw missing(key) }
    return value
  }

  /// The error that says that this object has no member `key`.
  public func missing(_ key: String) -> JSONError {
    JSONError(
      .missing, pointer: pointer + "/" + JSONValue.escaped(key),
      message: "the member \"\(key)\" is missing")
  }

  /// Gives each member of this object once, with the position of its name in `keys`.
  ///
  /// The fast way to read an object: no strings are made and members in the order of `keys` are
  /// matched at the first try.
  public func forEachMember(
    of keys: JSONKeys, unknown: JSONUnknownKeys = .refuse,
    _ body: (Int, JSONValue) throws(JSONError) -> Void
  ) throws(JSONError) {
    let node = try objectNode()
    var next = index + 1
    var hint = 0
    while next < node.end {
      let value = sibling(next)
      let member = value.node
      let position = keys.position(
        of: value, at: Int(member.key), length: Int(member.key_length), hint: hint)
      if let position {
        hint = position + 1
        try body(position, value)
      } else if unknown == .refuse {
        throw value.error(
          .unknownKey, "nobody knows this name; known are \(keys.names.joined(separator: ", "))")
      }
      next = member.end
    }
  }

  /// The numbers of an array as `Float`, all finite, as many as `count` allows.
  public func floats(count: ClosedRange<Int>) throws(JSONError) -> [Float] {
    let node = try arrayNode(count)
    var floats: [Float] = []
    floats.reserveCapacity(Int(node.length))
    var next = index + 1
    while next < node.end {
      let value = sibling(next)
      let float = Float(try value.double())
      if !float.isFinite { throw value.error(.outOfRange, "too large for a 32-bit float") }
      floats.append(float)
      next = value.node.end
    }
    return floats
  }

  /// The strings of an array, at most `maxCount` of at most `maxBytes` each.
  public func strings(maxCount: Int, maxBytes: Int) throws(JSONError) -> [String] {
    var strings: [String] = []
    for element in try elements(maxCount: maxCount) {
      strings.append(try element.string(maxBytes: maxBytes))
    }
    return strings
  }

  /// The name, when this is a member of an object.
  public var key: String? {
    let node = self.node
    if node.key == UPDRAFT_JSON_NO_KEY { return nil }
    return text(at: Int(node.key), length: Int(node.key_length))
  }

  func keyEquals(_ bytes: Span<UInt8>) -> Bool {
    let node = self.node
    if node.key == UPDRAFT_JSON_NO_KEY { return false }
    return textEquals(at: Int(node.key), length: Int(node.key_length), bytes)
  }

  @inline(__always)
  func sibling(_ index: UInt32) -> JSONValue {
    JSONValue(parser: parser, index: index, generation: generation)
  }

  private func objectNode() throws(JSONError) -> updraft_json_node {
    let node = self.node
    if node.kind != UInt32(UPDRAFT_JSON_OBJECT) { throw mismatch("an object") }
    return node
  }

  private func arrayNode(_ count: ClosedRange<Int>) throws(JSONError) -> updraft_json_node {
    let node = self.node
    if node.kind != UInt32(UPDRAFT_JSON_ARRAY) { throw mismatch("an array") }
    if !count.contains(Int(node.length)) {
      let allowed =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      throw error(.outOfRange, "expected \(allowed) elements, found \(node.length)")
    }
    return node
  }
}
