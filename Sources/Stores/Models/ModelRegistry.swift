public import Feed

/// Models and the ledger of their lives in the data folder:
///
///     models/ID/        a model's folder, named by its hash
///     models/ledger     the ledger: a line with its SHA-256, then JSON
///
/// The ledger is written aside, synced, renamed, and its folder synced, so a switch of models is
/// one rename: whatever moment a crash takes, the one before it or the one after it is there.
public final class ModelRegistry: ModelStore {
  private static let aside = ".part"
  private static let ledgerBytesMax = 64 << 20

  /// The folder.
  public let folder: String
  private let directory: DataDirectory

  private var ledgerFile: String { folder + "/ledger" }

  /// The models of a data folder; a writer removes what a crash left half-written.
  ///
  /// - Throws: `.unavailable` when the folder can't be read.
  public init(_ directory: DataDirectory) throws(RegistryError) {
    self.directory = directory
    folder = directory.models
    guard directory.access == .write else { return }
    try ModelFolder.mapped { () throws(FileError) in
      guard File.isFolder(folder) else { return }
      for name in try File.names(in: folder) where name.contains(Self.aside) {
        let path = "\(folder)/\(name)"
        if File.isFolder(path) { try ModelFolder.remove(path) } else { try File.remove(path) }
      }
    }
  }

  /// The ledger as it was kept last.
  public func ledger() throws(RegistryError) -> ModelLedger {
    guard File.exists(ledgerFile) else { return ModelLedger() }
    let bytes = try ModelFolder.mapped { () throws(FileError) in
      let descriptor = try FileDescriptor(ledgerFile, .read)
      return descriptor.readAll(limit: min(try descriptor.size(), Self.ledgerBytesMax))
    }
    guard bytes.count > 65, bytes[64] == 0x0a,
      String(decoding: bytes[..<64], as: UTF8.self) == ContentHash.hex(Array(bytes[65...]))
    else {
      throw RegistryError(
        .corrupt,
        "\(ledgerFile): does not match its hash; restore it from a backup, or remove it "
          + "to begin anew with `updraft models import` of the folders beside it")
    }
    do {
      return try ModelLedger(json: Array(bytes[65...]))
    } catch {
      throw RegistryError(.corrupt, "\(ledgerFile): \(error)")
    }
  }

  /// Writes the ledger in place of the one before.
  public func keep(_ ledger: ModelLedger) throws(RegistryError) {
    try checkAccess()
    let json = ledger.json()
    let bytes = Array((ContentHash.hex(json) + "\n").utf8) + json
    guard bytes.count <= Self.ledgerBytesMax else {
      throw RegistryError(.unavailable, "\(ledgerFile): would be \(bytes.count) bytes large")
    }
    try ModelFolder.mapped { () throws(FileError) in
      try File.makeFolder(folder)
      let aside = ledgerFile + Self.aside
      try File.remove(aside)
      let descriptor = try FileDescriptor(aside, .append)
      try descriptor.write(bytes)
      try descriptor.sync()
      try File.rename(aside, ledgerFile)
      try File.syncFolder(folder)
    }
  }

  /// Writes an artifact as the folder of its hash, unless it is there. One that is there and
  /// damaged is written anew.
  public func add(_ artifact: ModelArtifact) throws(RegistryError) -> String {
    try checkAccess()
    let id = try ModelFolder.id(of: artifact)
    let path = "\(folder)/\(id)"
    if File.exists(path), (try? ModelFolder.read(path, id: id)) == nil {
      try ModelFolder.mapped { () throws(FileError) in try ModelFolder.remove(path) }
    }
    return try ModelFolder.write(artifact, to: path)
  }

  /// Reads the manifest among the files and keeps what they make together.
  public func add(files: [String: [UInt8]]) throws(RegistryError) -> String {
    try add(try ModelFolder.artifact(of: files))
  }

  /// Reads a model's folder and checks it against its name.
  public func artifact(_ id: String) throws(RegistryError) -> ModelArtifact {
    guard ContentHash.isHex(id) else {
      throw RegistryError(.unknown, "\"\(id)\" is no model's id: 64 hexadecimal digits")
    }
    return try ModelFolder.read("\(folder)/\(id)", id: id).artifact
  }

  /// Removes folders of models.
  public func drop(_ ids: [String]) throws(RegistryError) {
    try checkAccess()
    try ModelFolder.mapped { () throws(FileError) in
      for id in ids where ContentHash.isHex(id) { try ModelFolder.remove("\(folder)/\(id)") }
    }
  }

  private func checkAccess() throws(RegistryError) {
    guard directory.access == .write else {
      throw RegistryError(.unavailable, "\(folder) is open for reading only; the server writes it")
    }
  }
}
