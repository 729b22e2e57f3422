internal import CSimdJSON

extension JSONValue {
  /// The type of a value.
  public enum Kind: String, Sendable {
    case null, boolean, number, string, array, object
  }

  /// The value's type.
  public var kind: Kind {
    switch node.kind {
    case UInt32(UPDRAFT_JSON_FALSE), UInt32(UPDRAFT_JSON_TRUE): .boolean
    case UInt32(UPDRAFT_JSON_INT64), UInt32(UPDRAFT_JSON_UINT64),
      UInt32(UPDRAFT_JSON_DOUBLE):
      .number
    case UInt32(UPDRAFT_JSON_STRING): .string
    case UInt32(UPDRAFT_JSON_ARRAY): .array
    case UInt32(UPDRAFT_JSON_OBJECT): .object
    default: .null
    }
  }

  /// Whether the value is `null`.
  public var isNull: Bool { node.kind == UInt32(UPDRAFT_JSON_NULL) }

  /// `true` or `false`.
  public func bool() throws(JSONError) -> Bool {
    switch node.kind {
    case UInt32(UPDRAFT_JSON_TRUE): return true
    case UInt32(UPDRAFT_JSON_FALSE): return false
    default: throw mismatch("true or false")
    }
  }

  /// A whole number, exactly: `3` and `3.0` are, `3.5`, `1e300` and 2^63 are not.
  public func int64() throws(JSONError) -> Int64 {
    let node = self.node
    switch node.kind {
    case UInt32(UPDRAFT_JSON_INT64):
      return Int64(bitPattern: node.bits)
    case UInt32(UPDRAFT_JSON_DOUBLE):
      // Above 2^53 a double has lost the digits that were sent.
      let double = Double(bitPattern: node.bits)
      guard let exact = Int64(exactly: double), abs(double) <= 9_007_199_254_740_992 else {
        throw error(.outOfRange, "expected a whole number that fits 64 bits, found \(double)")
      }
      return exact
    case UInt32(UPDRAFT_JSON_UINT64):
      throw error(.outOfRange, "expected a whole number that fits 64 bits, found \(node.bits)")
    default:
      throw mismatch("a whole number")
    }
  }

  /// A whole number inside `range`.
  public func int64(in range: ClosedRange<Int64>) throws(JSONError) -> Int64 {
    let value = try int64()
    guard range.contains(value) else {
      throw error(
        .outOfRange,
        "expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    return value
  }

  /// A whole number inside `range`.
  public func int(in range: ClosedRange<Int> = Int.min...Int.max) throws(JSONError) -> Int {
    Int(try int64(in: Int64(range.lowerBound)...Int64(range.upperBound)))
  }

  /// A number; always finite, because JSON text has no other.
  public func double() throws(JSONError) -> Double {
    let node = self.node
    switch node.kind {
    case UInt32(UPDRAFT_JSON_DOUBLE): return Double(bitPattern: node.bits)
    case UInt32(UPDRAFT_JSON_INT64): return Double(Int64(bitPattern: node.bits))
    case UInt32(UPDRAFT_JSON_UINT64): return Double(node.bits)
    default: throw mismatch("a number")
    }
  }

  /// A number inside `range`.
  public func double(in range: ClosedRange<Double>) throws(JSONError) -> Double {
    let value = try double()
    guard range.contains(value) else {
      throw error(
        .outOfRange,
        "expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    return value
  }

  /// An error at this value's place.
  public func error(_ code: JSONError.Code, _ message: String) -> JSONError {
    JSONError(code, pointer: pointer, message: message)
  }

  /// Whether the number was written without fraction and exponent and fits 64 bits with a sign.
  var isInteger: Bool { node.kind == UInt32(UPDRAFT_JSON_INT64) }

  /// A whole number from 2^63 to 2^64 - 1.
  var unsigned: UInt64? {
    let node = self.node
    return node.kind == UInt32(UPDRAFT_JSON_UINT64) ? node.bits : nil
  }

  func mismatch(_ expected: String) -> JSONError {
    error(.wrongType, "expected \(expected), found \(found)")
  }

  private var found: String {
    switch kind {
    case .null: "null"
    case .boolean: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
