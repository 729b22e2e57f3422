internal import Glibc

// Safe because paths go to the system for one call only, buffers with their true length, and the
// descriptor is closed once, when the object goes.

/// A file of a model folder, read by position. It is not mapped: a mapped file that another program
/// cuts short would end this one.
final class ModelFile {
  let path: String
  /// The size when it was opened.
  let bytes: Int
  private let descriptor: Int32

  /// Opens a file; throws when it is absent or is no regular file.
  init(_ path: String) throws(TextModelError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw TextModelError(.file, "\(path): \(reason); name a folder that holds the whole model")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw TextModelError(.file, "\(path): not a regular file; get the model anew")
    }
    bytes = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Whether there is something under a path.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// All of a file that may have at most `bytesMax` bytes.
  static func whole(_ path: String, bytesMax: Int) throws(TextModelError) -> [UInt8] {
    let file = try ModelFile(path)
    guard file.bytes <= bytesMax else {
      throw TextModelError(
        .file, "\(path): \(file.bytes) bytes, at most \(bytesMax) are read; is it the right file?")
    }
    return try file.read(at: 0, count: file.bytes)
  }

  /// The `count` bytes at `offset`.
  func read(at offset: Int, count: Int) throws(TextModelError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let isWhole = unsafe bytes.withUnsafeMutableBytes { unsafe fill($0, from: offset) }
    guard isWhole else { throw short }
    return bytes
  }

  /// Fills `floats` with the 32-bit numbers at `offset`.
  func read(at offset: Int, into floats: FloatBlock) throws(TextModelError) {
    let room = unsafe UnsafeMutableRawBufferPointer(
      start: floats.base, count: floats.count * MemoryLayout<Float>.stride)
    guard unsafe fill(room, from: offset) else { throw short }
  }

  private func fill(_ room: UnsafeMutableRawBufferPointer, from offset: Int) -> Bool {
    var done = 0
    while done < room.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[done...])
      let got = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return false }
      done += got
    }
    return true
  }

  private var short: TextModelError {
    TextModelError(.file, "\(path): can't be read to its end; get the model anew")
  }
}
