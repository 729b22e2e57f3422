internal import CZlib
internal import Glibc

// Safe because the handle is opened in `init`, closed once in `deinit` and used by nobody else, and
// zlib gets a window of an array that outlives the call, with its true length.

/// A file that is read from start to end; gzip is inflated on the way.
@safe final class InputFile {
  /// Where it is.
  let path: String
  /// How many bytes it has on the disk.
  let bytes: Int
  private let handle: gzFile

  init(_ path: String) throws(LabError) {
    self.path = path
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw LabError(.file, "\(path): \(Self.reason); check the path")
    }
    // zlib opens a folder as it does a file, and then says that the file is damaged.
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw LabError(.file, "\(path): is a folder; name a file in it")
    }
    bytes = Int(status.st_size)
    guard let handle = unsafe gzopen(path, "rb") else {
      throw LabError(.file, "\(path): \(Self.reason); check the permissions")
    }
    unsafe self.handle = handle
    unsafe gzbuffer(handle, 256 << 10)
  }

  deinit { unsafe gzclose_r(handle) }

  /// Bytes of the file on the disk that were read so far, about.
  var position: Int { unsafe Int(gzoffset(handle)) }

  /// Appends the next piece; false at the end.
  func read(into buffer: inout [UInt8]) throws(LabError) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    let count = unsafe chunk.withUnsafeMutableBytes { room in
      unsafe gzread(handle, room.baseAddress, UInt32(room.count))
    }
    guard count >= 0 else { throw damaged }
    if count == 0 {
      // A gzip stream that was cut short reads like a file that ends.
      var number: Int32 = 0
      unsafe gzerror(handle, &number)
      guard number == Z_OK || number == Z_STREAM_END else { throw damaged }
      return false
    }
    buffer.append(contentsOf: chunk[..<Int(count)])
    return true
  }

  private var damaged: LabError {
    LabError(.file, "\(path): not whole: reading or inflating it fails; copy it anew")
  }

  /// Names the content: size and two checksums of the bytes on the disk.
  static func identity(of path: String) throws(LabError) -> String {
    guard let file = unsafe fopen(path, "rb") else {
      throw LabError(.file, "\(path): \(reason); check the path")
    }
    defer { unsafe fclose(file) }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var crc = crc32(0, nil, 0)
    var adler = adler32(0, nil, 0)
    var total = 0
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { room in
        unsafe fread(room.baseAddress, 1, room.count, file)
      }
      guard count > 0 else { break }
      total += count
      unsafe chunk.withUnsafeBufferPointer { part in
        unsafe crc = crc32(crc, part.baseAddress, UInt32(count))
        unsafe adler = adler32(adler, part.baseAddress, UInt32(count))
      }
    }
    return String(total, radix: 16) + "-" + String(crc, radix: 16) + "-" + String(adler, radix: 16)
  }

  private static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown error"
  }
}

/// A text file that is written from start to end, or in one piece.
@safe final class OutputFile {
  private let path: String
  private let handle: UnsafeMutablePointer<FILE>

  /// Opens a file to append to.
  init(appending path: String) throws(LabError) {
    guard let handle = unsafe fopen(path, "ab") else { throw Self.failure(path) }
    self.path = path
    unsafe self.handle = handle
  }

  deinit { unsafe fclose(handle) }

  /// Appends text.
  func write(_ text: String) throws(LabError) {
    guard unsafe fputs(text, handle) >= 0 else { throw Self.failure(path) }
  }

  /// Hands what was written to the system.
  func flush() throws(LabError) {
    guard unsafe fflush(handle) == 0 else { throw Self.failure(path) }
  }

  /// Puts a whole file in place of another, or of none: written aside, synced, renamed.
  static func replace(_ path: String, with text: String) throws(LabError) {
    let aside = path + ".new"
    guard let handle = unsafe fopen(aside, "wb") else { throw failure(aside) }
    let isWritten = unsafe fputs(text, handle) >= 0
    let isSynced = unsafe fflush(handle) == 0 && fsync(fileno(handle)) == 0
    let isClosed = unsafe fclose(handle) == 0
    guard isWritten, isSynced, isClosed, unsafe rename(aside, path) == 0 else {
      throw failure(path)
    }
  }

  /// The whole of a small file; nil when there is none.
  static func text(of path: String) throws(LabError) -> String? {
    guard unsafe access(path, F_OK) == 0 else { return nil }
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    while try file.read(into: &bytes) {}
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func failure(_ path: String) -> LabError {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown error"
    return LabError(.file, "\(path): can't be written: \(reason)")
  }
}
