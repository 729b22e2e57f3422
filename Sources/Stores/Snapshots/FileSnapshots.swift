public import Feed

/// The World's snapshots as files, `world-<offset>.snapshot`, in the data folder.
///
/// A snapshot is written under another name, synced, renamed, and its folder synced; only then does
/// the oldest of three go. So whatever moment a crash takes, a whole snapshot is there, and one
/// that is not whole is never taken for one: header and payload carry their lengths and checksums.
public final class FileSnapshots: SnapshotStore {
  private static let generationsMax = 2
  private static let prefix = "world-"
  private static let suffix = ".snapshot"
  private static let aside = ".part"

  /// The folder.
  public let folder: String
  private let directory: DataDirectory

  /// The snapshots of a data folder; a writer removes what a crash left half-written.
  ///
  /// - Throws: `.unavailable` when the folder can't be read.
  public init(_ directory: DataDirectory) throws(SnapshotError) {
    self.directory = directory
    folder = directory.snapshots
    if directory.access == .write { try removeLeftovers() }
  }

  /// Writes a snapshot aside, syncs it and its folder, then drops all but the two newest.
  public func save(
    offset: Offset, configuration: UInt64,
    _ write: (inout SnapshotWriter) throws(SnapshotError) -> Void
  ) throws(SnapshotError) {
    guard directory.access == .write else {
      throw SnapshotError(.unavailable, "\(folder) is open for reading only; the server writes it")
    }
    try removeLeftovers()
    let file = "\(folder)/\(Self.name(offset))"
    let aside = file + Self.aside
    do {
      try writeAside(aside, offset, configuration, write)
      try Self.mapped { () throws(FileError) in
        try File.rename(aside, file)
        try File.syncFolder(folder)
      }
    } catch {
      try? File.remove(aside)
      throw error
    }
    try dropOldGenerations()
  }

  /// What is there, newest first. A file whose header is damaged is among them, with its reason.
  public func generations() throws(SnapshotError) -> [SnapshotInfo] {
    let names = try Self.mapped { () throws(FileError) in
      File.isFolder(folder) ? try File.names(in: folder) : []
    }
    return names.filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) }
      .reversed().map(info)
  }

  /// Maps a snapshot, checks all of it, and hands its payload to `body`.
  public func load<Result>(
    _ info: SnapshotInfo, _ body: (RecordView) throws(SnapshotError) -> Result
  ) throws(SnapshotError) -> Result {
    let file = "\(folder)/\(info.name)"
    let (descriptor, size) = try Self.mapped { () throws(FileError) in
      let descriptor = try FileDescriptor(file, .read)
      return (descriptor, try descriptor.size())
    }
    let header = try SnapshotHeader(
      descriptor.readAll(limit: SnapshotHeader.byteCount), file: file)
    guard Self.name(header.offset) == info.name else {
      throw SnapshotError(
        .corrupt, "\(file): holds offset \(header.offset.value), which its name does not say")
    }
    guard size - SnapshotHeader.byteCount == header.payloadBytes else {
      throw SnapshotError(
        .corrupt,
        "\(file): has \(size - SnapshotHeader.byteCount) bytes of payload, not "
          + "\(header.payloadBytes)")
    }
    let result = try descriptor.withMapped(size, from: SnapshotHeader.byteCount) {
      payload throws(SnapshotError) in
      guard SnapshotWriter.checksum(of: payload) == header.checksum else {
        throw SnapshotError(.corrupt, "\(file): the payload does not match its checksum")
      }
      return try body(payload)
    }
    guard let result else { throw SnapshotError(.unavailable, "\(file): can't be mapped") }
    return result
  }

  // MARK: Inside

  private static func name(_ offset: Offset) -> String {
    let digits = String(offset.value)
    return prefix + String(repeating: "0", count: 20 - digits.count) + digits + suffix
  }

  private func info(_ name: String) -> SnapshotInfo {
    let file = "\(folder)/\(name)"
    do throws(SnapshotError) {
      let descriptor = try Self.mapped { () throws(FileError) in
        try FileDescriptor(file, .read)
      }
      let header = try SnapshotHeader(
        descriptor.readAll(limit: SnapshotHeader.byteCount), file: file)
      return SnapshotInfo(
        offset: header.offset, configuration: header.configuration, digest: header.checksum,
        bytes: header.payloadBytes, name: name)
    } catch {
      let digits = name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
      return SnapshotInfo(
        offset: Offset(UInt64(digits) ?? 0), configuration: 0, digest: 0, bytes: 0, name: name,
        failure: error)
    }
  }

  /// Writes header and payload and syncs them. The header comes last, over a place kept free.
  private func writeAside(
    _ aside: String, _ offset: Offset, _ configuration: UInt64,
    _ write: (inout SnapshotWriter) throws(SnapshotError) -> Void
  ) throws(SnapshotError) {
    let descriptor = try Self.mapped { () throws(FileError) in
      let descriptor = try FileDescriptor(aside, .append)
      try descriptor.write([UInt8](repeating: 0, count: SnapshotHeader.byteCount))
      return descriptor
    }
    var writer = SnapshotWriter { chunk throws(SnapshotError) in
      let bytes = chunk.array
      try Self.mapped { () throws(FileError) in try descriptor.write(bytes) }
    }
    try write(&writer)
    let payload = try writer.finish()
    let header = SnapshotHeader(
      offset: offset, configuration: configuration, payloadBytes: payload.bytes,
      checksum: payload.checksum)
    try Self.mapped { () throws(FileError) in
      try descriptor.rewind()
      try descriptor.write(header.bytes)
      try descriptor.sync()
    }
  }

  /// Keeps the newest sound generations; damaged files go with the old ones.
  private func dropOldGenerations() throws(SnapshotError) {
    let all = try generations()
    let kept = Set(all.filter { $0.failure == nil }.prefix(Self.generationsMax).map(\.name))
    try Self.mapped { () throws(FileError) in
      for info in all where !kept.contains(info.name) { try File.remove("\(folder)/\(info.name)") }
    }
  }

  private func removeLeftovers() throws(SnapshotError) {
    try Self.mapped { () throws(FileError) in
      try File.makeFolder(folder)
      for name in try File.names(in: folder) where name.hasSuffix(Self.aside) {
        try File.remove("\(folder)/\(name)")
      }
    }
  }

  private static func mapped<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(SnapshotError) -> Result {
    do { return try body() } catch { throw SnapshotError(.unavailable, error.description) }
  }
}
