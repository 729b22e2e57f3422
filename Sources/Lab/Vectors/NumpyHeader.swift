/// The head of a `.npy` file (NumPy enhancement proposal 1): how the numbers behind it lie.
struct NumpyHeader: Equatable {
  /// The kinds of number that are read.
  enum Kind: String, CaseIterable {
    case single = "<f4"
    case half = "<f2"

    var bytes: Int { self == .single ? 4 : 2 }
  }

  let kind: Kind
  let rows: Int
  let columns: Int
  /// Where the numbers begin.
  let start: Int

  /// The largest head that is looked at; NumPy's own writer stays below 200 bytes.
  static let bytesMax = 64 << 10

  /// Reads the head and holds it against the size of the whole file, before anybody makes room for
  /// what it promises.
  ///
  /// - Parameters:
  ///   - bytes: the beginning of the file, `bytesMax` of it or all.
  ///   - fileBytes: the size of the whole file.
  ///   - path: for the message.
  init(_ bytes: [UInt8], fileBytes: Int, path: String) throws(LabError) {
    guard bytes.count >= 10, bytes[..<6] == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] else {
      throw LabError(.format, "\(path): not a .npy file: it does not begin with \\x93NUMPY")
    }
    let version = bytes[6]
    guard (1...3).contains(version), version == 1 || bytes.count >= 12 else {
      throw LabError(.format, "\(path): .npy version \(version), expected 1, 2 or 3")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let length = bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    let begin = 8 + lengthBytes
    guard length <= Self.bytesMax - begin, begin + length <= bytes.count else {
      throw LabError(
        .format, "\(path): its head of \(length) bytes does not fit the file; copy it anew")
    }
    let text = String(decoding: bytes[begin..<begin + length], as: UTF8.self)
    guard let order = text.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/),
      let described = text.firstMatch(of: /'descr'\s*:\s*'([^']{1,16})'/),
      let shape = text.firstMatch(of: /'shape'\s*:\s*\(([0-9, ]*)\)/)
    else {
      throw LabError(.format, "\(path): its head names no descr, fortran_order and shape")
    }
    guard let kind = Kind(rawValue: String(described.1)) else {
      throw LabError(
        .format,
        "\(path): numbers of type \(described.1), expected <f4 or <f2: "
          + "in Python, numpy.save(path, array.astype('float32'))")
    }
    guard order.1 == "False" else {
      throw LabError(
        .format,
        "\(path): in column order; in Python, numpy.save(path, "
          + "numpy.ascontiguousarray(array))")
    }
    let sizes = shape.1.split(separator: ",").map { Int($0.filter { $0 != " " }) }
    guard sizes.count == 2, let rows = sizes[0], let columns = sizes[1] else {
      throw LabError(
        .format, "\(path): shape (\(shape.1)), expected two axes: vectors and their components")
    }
    guard rows > 0, rows <= Int(UInt32.max), (1...65_536).contains(columns) else {
      throw LabError(
        .format,
        "\(path): \(rows) vectors of \(columns) components; at least one of 1 to 65,536")
    }
    start = begin + length
    let expected = start + rows * columns * kind.bytes
    guard expected == fileBytes else {
      throw LabError(
        .format,
        "\(path): its head promises \(expected) bytes, the file has \(fileBytes); copy it anew")
    }
    self.kind = kind
    self.rows = rows
    self.columns = columns
  }

  /// The head of a file of 32-bit floats, a multiple of 64 bytes long.
  static func bytes(rows: Int, columns: Int) -> [UInt8] { bytes(shape: "\(rows), \(columns)") }

  /// The same for any shape, as Python writes it between brackets.
  static func bytes(shape: String) -> [UInt8] {
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }"
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let length = text.utf8.count
    return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(text.utf8)
  }
}
