public import Feed

/// A model as a folder, which is named by what is in it:
///
///     model.json        the manifest
///     click.json, …     a forest a head, in the trainer's format
///     SHA256SUMS        a line a file, as `sha256sum` writes them, sorted by name
///
/// The model's id is the SHA-256 of `SHA256SUMS`, so `sha256sum SHA256SUMS` in the folder prints it
/// and `sha256sum -c SHA256SUMS` proves it. A folder is written aside, synced and renamed; reading
/// checks names and bytes before it looks into any of them.
public enum ModelFolder {
  static let manifestName = "model.json"
  static let sumsName = "SHA256SUMS"
  /// The most forests, one an objective and one for the order, with room for later objectives.
  static let filesMax = 32
  /// The most bytes that a file may have.
  static let bytesMax = 256 << 20

  /// The id of an artifact: what its folder's `SHA256SUMS` hashes to.
  ///
  /// - Throws: `.corrupt` when it can't be written as a folder.
  public static func id(of artifact: ModelArtifact) throws(RegistryError) -> String {
    ContentHash.hex(sums(of: try content(of: artifact)))
  }

  /// Writes an artifact as the folder `path` and gives its id. A folder that holds the same already
  /// stays as it is.
  ///
  /// - Throws: `.corrupt` when the artifact could not be read again, `.conflict` when something
  ///   else stands at `path`, `.unavailable` with the system's reason.
  @discardableResult
  public static func write(
    _ artifact: ModelArtifact, to path: String
  ) throws(RegistryError) -> String {
    let files = try content(of: artifact)
    let sums = sums(of: files)
    let id = ContentHash.hex(sums)
    if File.exists(path), try mapped({ () throws(FileError) in try !isEmptyFolder(path) }) {
      guard (try? readFiles(path, id: id)) != nil else {
        throw RegistryError(.conflict, "\(path): is there already; name a folder that is not")
      }
      return id
    }
    try mapped { () throws(FileError) in
      let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      if !parent.isEmpty { try File.makeFolder(parent) }
      let aside = "\(path).part-\(File.processNumber)"
      try remove(aside)
      try File.makeFolder(aside)
      for (name, bytes) in files { try writeFile("\(aside)/\(name)", bytes) }
      try writeFile("\(aside)/\(sumsName)", sums)
      try File.syncFolder(aside)
      try File.rename(aside, path)
      try File.syncFolder(parent.isEmpty ? "/" : parent)
    }
    return id
  }

  /// Reads a folder, and checks its hash, its manifest, and that both name the same files. What the
  /// forests say is checked when a `RankingModel` is made of it.
  ///
  /// - Parameter id: what the folder must hash to; nil = what it says itself.
  /// - Throws: `.corrupt` with the file and what is wrong with it, `.unknown` when there is no such
  ///   folder, `.unavailable` with the system's reason.
  public static func read(
    _ path: String, id expected: String? = nil
  ) throws(RegistryError) -> (id: String, artifact: ModelArtifact) {
    let (id, files) = try readFiles(path, id: expected)
    return (id, try artifact(of: files, path))
  }

  /// The artifact that files by name make together; a `SHA256SUMS` among them must be theirs.
  ///
  /// - Parameter place: names them in errors.
  /// - Throws: `.corrupt` with the file and what is wrong with it.
  public static func artifact(
    of files: [String: [UInt8]], _ place: String = "the model"
  ) throws(RegistryError) -> ModelArtifact {
    var files = files
    if let written = files.removeValue(forKey: sumsName) {
      let sums = sums(of: files)
      guard written == sums else { throw difference(place, written: written, sums: sums) }
    }
    guard let bytes = files.removeValue(forKey: manifestName) else {
      throw RegistryError(.corrupt, "\(place): has no \(manifestName)")
    }
    let manifest: ModelManifest
    do {
      manifest = try ModelManifest(json: bytes)
    } catch {
      throw RegistryError(.corrupt, "\(place)/\(manifestName): \(error)")
    }
    let artifact = ModelArtifact(manifest: manifest, files: files)
    try check(artifact, place)
    return artifact
  }

  /// The files of an artifact's folder by name, but for the sums.
  ///
  /// - Throws: `.corrupt` when it can't be written as a folder.
  public static func files(
    of artifact: ModelArtifact
  ) throws(RegistryError) -> [String: [UInt8]] {
    try content(of: artifact)
  }

  /// Removes a model's folder, or what a crash left of one; one that is not there is removed.
  static func remove(_ path: String) throws(FileError) {
    guard File.isFolder(path) else { return }
    for name in try File.names(in: path) { try File.remove("\(path)/\(name)") }
    try File.removeFolder(path)
  }

  // MARK: Inside

  private static func readFiles(
    _ path: String, id expected: String?
  ) throws(RegistryError) -> (id: String, files: [String: [UInt8]]) {
    guard File.isFolder(path) else {
      throw RegistryError(.unknown, "\(path): there is no such folder")
    }
    let names = try mapped { () throws(FileError) in try File.names(in: path) }
    guard names.contains(sumsName) else {
      throw RegistryError(.corrupt, "\(path): has no \(sumsName), so it is not a whole model")
    }
    guard names.count <= filesMax + 2 else {
      throw RegistryError(.corrupt, "\(path): holds \(names.count) files, at most \(filesMax + 2)")
    }
    var files: [String: [UInt8]] = [:]
    for name in names { files[name] = try readFile("\(path)/\(name)") }
    let written = files.removeValue(forKey: sumsName) ?? []
    let sums = sums(of: files)
    guard written == sums else { throw difference(path, written: written, sums: sums) }
    let id = ContentHash.hex(sums)
    guard expected == nil || expected == id else {
      throw RegistryError(.corrupt, "\(path): holds another model, \(id)")
    }
    return (id, files)
  }

  private static func readFile(_ path: String) throws(RegistryError) -> [UInt8] {
    let size = File.size(path)
    guard size <= bytesMax, !File.isFolder(path) else {
      throw RegistryError(
        .corrupt, "\(path): is not a file of at most \(bytesMax) bytes; it is no part of a model")
    }
    return try mapped { () throws(FileError) in
      try FileDescriptor(path, .read).readAll(limit: size)
    }
  }

  /// Says which file is not what the sums say.
  private static func difference(
    _ path: String, written: [UInt8], sums: [UInt8]
  ) -> RegistryError {
    func lines(_ bytes: [UInt8]) -> Set<String> {
      Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }
    let wrong = lines(sums).subtracting(lines(written)).map { $0.dropFirst(66) }.sorted()
    guard let first = wrong.first else {
      return RegistryError(
        .corrupt, "\(path)/\(sumsName): is damaged, or names files that are missing")
    }
    return RegistryError(.corrupt, "\(path)/\(first): is not what \(sumsName) says of it")
  }

  /// The files of an artifact's folder but for the sums.
  private static func content(
    of artifact: ModelArtifact
  ) throws(RegistryError) -> [String: [UInt8]] {
    try check(artifact, "the model")
    var files = artifact.files
    let bytes = artifact.manifest.json()
    do {
      _ = try ModelManifest(json: bytes)
    } catch {
      throw RegistryError(.corrupt, "the model's manifest can't be written: \(error)")
    }
    files[manifestName] = bytes
    return files
  }

  private static func sums(of files: [String: [UInt8]]) -> [UInt8] {
    var text = ""
    for name in files.keys.sorted(by: { Array($0.utf8).lexicographicallyPrecedes($1.utf8) }) {
      text += "\(ContentHash.hex(files[name] ?? []))  \(name)\n"
    }
    return Array(text.utf8)
  }

  /// Names of files are plain, and forests and heads name the same ones.
  private static func check(_ artifact: ModelArtifact, _ path: String) throws(RegistryError) {
    let named = artifact.manifest.heads.map(\.file)
    for name in named + artifact.files.keys where !isPlain(name) {
      throw RegistryError(.corrupt, "\(path): \"\(name)\" can't be the name of a forest's file")
    }
    guard Set(named) == Set(artifact.files.keys) else {
      let missing = Set(named).subtracting(artifact.files.keys).sorted()
      let extra = Set(artifact.files.keys).subtracting(named).sorted()
      throw RegistryError(
        .corrupt,
        missing.isEmpty
          ? "\(path): no head uses the file \(extra[0])"
          : "\(path): the file \(missing[0]) is missing")
    }
    guard named.count <= filesMax else {
      throw RegistryError(.corrupt, "\(path): has \(named.count) forests, at most \(filesMax)")
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    let isLetter = { (byte: UInt8) in
      (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5f || byte == 0x2d
        || byte == 0x2e
    }
    return (1...64).contains(name.utf8.count) && name.utf8.first != 0x2e
      && name.utf8.allSatisfy(isLetter) && name != manifestName
  }

  private static func isEmptyFolder(_ path: String) throws(FileError) -> Bool {
    guard File.isFolder(path) else { return false }
    return try File.names(in: path).isEmpty
  }

  private static func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    let descriptor = try FileDescriptor(path, .append)
    try descriptor.write(bytes)
    try descriptor.sync()
  }

  static func mapped<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(RegistryError) -> Result {
    do { return try body() } catch { throw RegistryError(.unavailable, error.description) }
  }
}
