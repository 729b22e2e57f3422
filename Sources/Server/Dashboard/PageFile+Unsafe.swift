internal import CDashboard
internal import HTTP

// Safe because the table and the bytes that it points to are constants of the program: they are
// never written and never freed, and each count is the size that the compiler saw.

/// A file of the page that the server shows to browsers.
struct PageFile: Sendable {
  /// The last part of its address.
  let name: String
  /// Its media type.
  let mediaType: String
  /// What it holds.
  let bytes: SharedBytes

  /// Every file; `index.html` is the page itself.
  static let all: [PageFile] = {
    var count = 0
    let files = unsafe UnsafeBufferPointer(start: updraft_page_files(&count), count: count)
    return unsafe files.map { file in
      let bytes = unsafe UnsafeBufferPointer(start: file.bytes, count: file.count)
      return unsafe PageFile(
        name: String(cString: file.name), mediaType: String(cString: file.media_type),
        bytes: SharedBytes(Array(bytes)))
    }
  }()
}
