public import Feed

/// The table of learned neighbours as a file of the data folder. It is written aside, synced,
/// renamed, and its folder synced: whatever moment a crash takes, the table before it or the one
/// after it is there.
public final class FileNeighbours: NeighbourStore {
  private static let aside = ".part"

  private let directory: DataDirectory

  /// The file.
  public var file: String { directory.neighbours }

  /// The table of a data folder; a writer removes what a crash left half-written.
  ///
  /// - Throws: `.unavailable` when that can't be removed.
  public init(_ directory: DataDirectory) throws(NeighbourError) {
    self.directory = directory
    guard directory.access == .write else { return }
    try Self.mapped { () throws(FileError) in try File.remove(file + Self.aside) }
  }

  /// Reads the file and checks every byte.
  public func table() throws(NeighbourError) -> NeighbourTable? {
    guard File.exists(file) else { return nil }
    let bytes = try Self.mapped { () throws(FileError) in
      let descriptor = try FileDescriptor(file, .read)
      return descriptor.readAll(limit: try descriptor.size())
    }
    return try NeighbourTable(bytes, file)
  }

  /// Writes a table in place of the one before, or removes it.
  public func keep(_ table: NeighbourTable?) throws(NeighbourError) {
    guard directory.access == .write else {
      throw NeighbourError(
        .unavailable, "\(file) is open for reading only; the server writes it")
    }
    try Self.mapped { () throws(FileError) in
      if let table {
        let aside = file + Self.aside
        try File.remove(aside)
        let descriptor = try FileDescriptor(aside, .append)
        try descriptor.write(table.encoded())
        try descriptor.sync()
        try File.rename(aside, file)
      } else {
        try File.remove(file)
      }
      try File.syncFolder(directory.path)
    }
  }

  private static func mapped<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(NeighbourError) -> Result {
    do { return try body() } catch { throw NeighbourError(.unavailable, error.description) }
  }
}
