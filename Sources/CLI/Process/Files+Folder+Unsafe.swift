internal import Glibc

// Safe because a path goes to the system for the length of one call.

extension Files {
  /// Makes a folder, and those above it, unless they are there.
  static func makeFolder(_ path: String) throws(Failure) {
    var so = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      so += so.isEmpty || so.hasSuffix("/") ? String(part) : "/" + part
      guard unsafe mkdir(so, 0o755) != 0, errno != EEXIST else { continue }
      let reason = unsafe String(cString: strerror(errno))
      throw Failure("file-unavailable", "\(so): can't be made: \(reason)")
    }
    guard Files.facts(path)?.isFolder == true else {
      throw Failure("file-unavailable", "\(path): there is a file of that name; name a folder")
    }
  }
}
