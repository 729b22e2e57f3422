internal import Glibc

// Safe because a mapping is only looked at inside `read`, within the length that the system mapped,
// and every read of a number is copied out of it byte by byte, so alignment does not matter.

/// Vectors in a `.npy` file of two axes, `float32` or `float16`.
public enum NumpyFile {
  /// Reads all vectors.
  ///
  /// - Parameter missing: whether NaN may stand for a value that is missing.
  /// - Throws: `LabError` when the file is not such a file, is shorter or longer than its head
  ///   says, or has a number that is not finite; the message names the place.
  public static func read(
    _ path: String, missing: Bool = false
  ) throws(LabError) -> VectorTable {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LabError(.file, "\(path): \(reason); check the path") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw LabError(.file, "\(path): not a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw LabError(.format, "\(path): empty") }
    guard
      let mapping = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe mapping != MAP_FAILED
    else { throw LabError(.file, "\(path): can't be mapped: \(reason)") }
    defer { unsafe munmap(mapping, size) }
    let bytes = unsafe UnsafeRawBufferPointer(start: mapping, count: size)
    let head = unsafe Array(bytes.prefix(NumpyHeader.bytesMax))
    let header = try NumpyHeader(head, fileBytes: size, path: path)
    let count = header.rows * header.columns
    let values: [Float]
    switch header.kind {
    case .single:
      values = unsafe [Float](unsafeUninitializedCapacity: count) { room, used in
        unsafe UnsafeMutableRawBufferPointer(room)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[header.start...]))
        used = count
      }
    case .half:
      values = unsafe [Float](unsafeUninitializedCapacity: count) { room, used in
        for i in 0..<count {
          let bits = unsafe bytes.loadUnaligned(
            fromByteOffset: header.start + 2 * i, as: UInt16.self)
          unsafe room.initializeElement(at: i, to: single(half: UInt16(littleEndian: bits)))
        }
        used = count
      }
    }
    if let bad = values.firstIndex(where: { !($0.isFinite || missing && $0.isNaN) }) {
      throw LabError(
        .format,
        "\(path): vector \(bad / header.columns), component \(bad % header.columns): "
          + "\(values[bad]) is not a finite number")
    }
    return VectorTable(dimension: header.columns, values: values)
  }

  /// Writes vectors as `float32`, in place of a file that was there.
  public static func write(_ table: VectorTable, to path: String) throws(LabError) {
    let head = NumpyHeader.bytes(rows: table.count, columns: table.dimension)
    try write(head, table.values, to: path)
  }

  /// Writes numbers as an array of one axis, `float32`, in place of a file that was there.
  public static func write(_ numbers: [Float], to path: String) throws(LabError) {
    try write(NumpyHeader.bytes(shape: "\(numbers.count),"), numbers, to: path)
  }

  private static func write(
    _ head: [UInt8], _ values: [Float], to path: String
  ) throws(LabError) {
    guard let file = unsafe fopen(path, "wb") else {
      throw LabError(.file, "\(path): can't be written: \(reason)")
    }
    let isHeadWritten = unsafe fwrite(head, 1, head.count, file) == head.count
    let isBodyWritten =
      unsafe fwrite(values, 4, values.count, file) == values.count
    let isClosed = unsafe fclose(file) == 0
    guard isHeadWritten, isBodyWritten, isClosed else {
      throw LabError(.file, "\(path): can't be written: \(reason)")
    }
  }

  /// A half-precision number (IEEE 754 binary16) as a single one; exact.
  private static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let rest = UInt32(bits & 0x7fff) << 13
    // From the exponent's bias of 15 to that of 127; subnormal halves become normal singles.
    let magnitude =
      bits & 0x7c00 == 0x7c00
      ? Float(bitPattern: rest | 0x7f80_0000) : Float(bitPattern: rest) * 0x1p112
    return Float(bitPattern: magnitude.bitPattern | sign)
  }

  private static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown error"
  }
}
