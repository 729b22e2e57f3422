import TestKit

/// Writes `safetensors` files, right ones and wrong ones.
struct TensorFile {
  private var members: [String] = ["\"__metadata__\":{\"made\":\"by a test\"}"]
  private(set) var data: [UInt8] = []

  /// Adds 32-bit floats.
  mutating func add(_ name: String, _ shape: [Int], _ numbers: [Float]) {
    add(name, shape, "F32", numbers.flatMap { Self.bytes($0.bitPattern) })
  }

  /// Adds numbers that are written already.
  mutating func add(_ name: String, _ shape: [Int], _ type: String, _ bytes: [UInt8]) {
    members.append(
      "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),"
        + "\"data_offsets\":[\(data.count),\(data.count + bytes.count)]}")
    data += bytes
  }

  static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
  }

  static func whole(header: String, data: [UInt8]) -> [UInt8] {
    bytes(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  var whole: [UInt8] {
    Self.whole(header: "{" + members.joined(separator: ",") + "}", data: data)
  }
}
