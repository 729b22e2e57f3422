internal import Glibc

// Safe because the handle is opened in `init`, closed exactly once (`isOpen` says whether it was),
// used by nobody else, and every write names an array with its true length.

/// A file that is written from start to end under another name, and takes its own when it is whole:
/// who finds it finds all of it.
@safe final class ExportFile {
  /// Where it will be.
  let path: String
  private let aside: String
  private let handle: UnsafeMutablePointer<FILE>
  private var buffer: [UInt8] = []
  private var isOpen = true

  private static let bufferBytes = 256 << 10

  init(_ path: String) throws(LabError) {
    self.path = path
    aside = path + ".partial"
    guard let handle = unsafe fopen(aside, "wb") else {
      throw LabError(.file, "\(aside): can't be written: \(Self.reason); check the folder")
    }
    unsafe self.handle = handle
  }

  deinit {
    guard isOpen else { return }
    unsafe fclose(handle)
    unsafe unlink(aside)
  }

  /// Lets `append` add bytes to the file's end.
  func write(_ append: (inout [UInt8]) -> Void) throws(LabError) {
    append(&buffer)
    if buffer.count >= Self.bufferBytes { try drain() }
  }

  /// Writes over the file's beginning, which is at least as long.
  func replaceHead(_ head: [UInt8]) throws(LabError) {
    try drain()
    guard unsafe fseek(handle, 0, SEEK_SET) == 0,
      unsafe fwrite(head, 1, head.count, handle) == head.count,
      unsafe fseek(handle, 0, SEEK_END) == 0
    else { throw failure }
  }

  /// Ends the file and gives it its name.
  func finish() throws(LabError) {
    try drain()
    isOpen = false
    let isWhole = unsafe fflush(handle) == 0 && fsync(fileno(handle)) == 0
    let isClosed = unsafe fclose(handle) == 0
    guard isWhole, isClosed, unsafe rename(aside, path) == 0 else {
      let failure = failure
      unsafe unlink(aside)
      throw failure
    }
  }

  /// Makes a folder unless it is there.
  static func makeFolder(_ path: String) throws(LabError) {
    guard unsafe mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    throw LabError(.file, "\(path): can't be made: \(reason); check the path")
  }

  private func drain() throws(LabError) {
    guard !buffer.isEmpty else { return }
    guard unsafe fwrite(buffer, 1, buffer.count, handle) == buffer.count else { throw failure }
    buffer.removeAll(keepingCapacity: true)
  }

  private var failure: LabError {
    LabError(.file, "\(path): can't be written: \(Self.reason); check the space on the disk")
  }

  private static var reason: String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown error"
  }
}
