internal import JSON

/// The tensors of a `safetensors` file: eight bytes of length, a JSON header of that length, data.
///
/// The header is checked whole before anything is allocated for the data: sizes beyond the file,
/// offsets that overlap or leave holes, shapes that do not match their bytes, unknown types and
/// names that stand twice are refused.
package struct Safetensors {
  /// How a number is written.
  package enum Element: String, Sendable {
    case f64 = "F64"
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    case i64 = "I64"
    case i32 = "I32"
    case i16 = "I16"
    case i8 = "I8"
    case u8 = "U8"
    case bool = "BOOL"

    /// Bytes of one number.
    var bytes: Int {
      switch self {
      case .f64, .i64: 8
      case .f32, .i32: 4
      case .f16, .bf16, .i16: 2
      case .i8, .u8, .bool: 1
      }
    }
  }

  /// Where a tensor lies.
  package struct Tensor: Sendable {
    /// How its numbers are written.
    package let element: Element
    /// Its sizes, slowest first.
    package let shape: [Int]
    /// Its numbers in all.
    package let count: Int
    /// Its first byte in the file.
    let offset: Int
  }

  /// Bytes that a header may have.
  static var headerMax: Int { 16 << 20 }
  /// Sizes that a shape may have.
  private static var dimensionsMax: Int { 8 }

  /// Every tensor by its name.
  package let tensors: [String: Tensor]
  private let file: ModelFile

  /// Reads and checks the header.
  package init(_ path: String) throws(TextModelError) {
    file = try ModelFile(path)
    guard file.bytes >= 8 else {
      throw Self.wrong(path, "\(file.bytes) bytes are no safetensors file")
    }
    let length = try file.read(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard length >= 2, length <= UInt64(min(file.bytes - 8, Self.headerMax)) else {
      throw Self.wrong(path, "a header of \(length) bytes does not fit in \(file.bytes)")
    }
    let header = try file.read(at: 8, count: Int(length))
    let data = 8 + Int(length)
    do {
      let parser = JSONParser(depthMax: 4, valuesMax: 1_000_000, bytesMax: Self.headerMax)
      tensors = try Self.tensors(of: parser.parse(header), data: data, bytes: file.bytes - data)
    } catch {
      throw Self.wrong(path, "header: \(error)")
    }
  }

  private static func wrong(_ path: String, _ reason: String) -> TextModelError {
    TextModelError(.header, "\(path): \(reason); get the model anew")
  }

  /// The tensors that a header names; `data` is the first byte behind it, of `bytes` in all.
  private static func tensors(
    of header: JSONValue, data: Int, bytes: Int
  ) throws(JSONError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    var places: [(start: Int, end: Int, value: JSONValue)] = []
    for member in try header.members() where !member.named("__metadata__") {
      let (value, place) = (member.value, try Self.place(of: member.value, bytes: bytes))
      let type = try value.require("dtype")
      guard let element = Element(rawValue: try type.string(maxBytes: 16)) else {
        throw type.error(.invalid, "numbers of an unknown type")
      }
      var shape: [Int] = []
      var count = 1
      for size in try value.require("shape").elements(maxCount: dimensionsMax) {
        shape.append(try size.int(in: 0...Int.max))
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: shape[shape.count - 1])
        guard !isTooLarge else { throw size.error(.outOfRange, "more numbers than can be counted") }
        count = product
      }
      let (needed, isTooLarge) = count.multipliedReportingOverflow(by: element.bytes)
      guard !isTooLarge, needed == place.count else {
        throw value.error(
          .invalid, "\(shape) of \(element.rawValue) do not fill the \(place.count) bytes")
      }
      tensors[member.key] = Tensor(
        element: element, shape: shape, count: count, offset: data + place.lowerBound)
      places.append((place.lowerBound, place.upperBound, value))
    }
    places.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    var end = 0
    for place in places {
      guard place.start == end else {
        throw place.value.error(.invalid, "starts at \(place.start), expected \(end): no gap")
      }
      end = place.end
    }
    guard end == bytes else {
      throw header.error(.invalid, "tensors of \(end) bytes in a file with \(bytes) for them")
    }
    return tensors
  }

  /// The bytes of a tensor, counted from the end of the header.
  private static func place(of value: JSONValue, bytes: Int) throws(JSONError) -> Range<Int> {
    let offsets = try value.require("data_offsets")
    var ends: [Int] = []
    for offset in try offsets.elements(maxCount: 2) { ends.append(try offset.int(in: 0...bytes)) }
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw offsets.error(.invalid, "expected a start and an end that is not before it")
    }
    return ends[0]..<ends[1]
  }

  /// The numbers of the tensor `name`, which must have `shape`, as 32-bit floats.
  package func floats(_ name: String, shape: [Int]) throws(TextModelError) -> [Float] {
    let block = try block(name, shape: shape)
    return (0..<block.count).map { block[$0] }
  }

  /// The numbers of the tensor `name`, which must have `shape` and be finite.
  func block(_ name: String, shape: [Int]) throws(TextModelError) -> FloatBlock {
    guard let tensor = tensors[name] else {
      throw TextModelError(.tensor, "\(file.path): no tensor '\(name)'; is it a BERT model?")
    }
    guard tensor.shape == shape else {
      throw TextModelError(
        .tensor,
        "\(file.path): '\(name)' is \(tensor.shape), the configuration says \(shape); get both anew"
      )
    }
    guard [.f32, .f16, .bf16].contains(tensor.element) else {
      throw TextModelError(
        .tensor, "\(file.path): '\(name)' has \(tensor.element.rawValue); use F32, F16 or BF16")
    }
    let block = FloatBlock(count: tensor.count)
    if tensor.element == .f32 {
      try file.read(at: tensor.offset, into: block)
    } else {
      try readHalves(tensor, into: block)
    }
    guard block.isFinite else {
      throw TextModelError(
        .tensor, "\(file.path): '\(name)' has numbers that are not finite; get the model anew")
    }
    return block
  }

  private func readHalves(_ tensor: Tensor, into block: FloatBlock) throws(TextModelError) {
    let piece = 1 << 18
    for start in stride(from: 0, to: tensor.count, by: piece) {
      let count = min(piece, tensor.count - start)
      let bytes = try file.read(at: tensor.offset + 2 * start, count: 2 * count)
      for i in 0..<count {
        let bits = UInt16(bytes[2 * i]) | UInt16(bytes[2 * i + 1]) << 8
        block[start + i] =
          tensor.element == .f16
          ? Float(Float16(bitPattern: bits)) : Float(bitPattern: UInt32(bits) << 16)
      }
    }
  }
}
