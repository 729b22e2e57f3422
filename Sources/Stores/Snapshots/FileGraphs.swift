public import Feed
public import Index

/// The graphs of the spaces as files, `<space>-<version>.graph`, in the data folder.
public final class FileGraphs: GraphStore {
  private static let suffix = ".graph"

  /// The folder.
  public let folder: String
  private let directory: DataDirectory

  /// The graphs of a data folder; a writer removes what a crash left half-written.
  ///
  /// - Throws: `.unavailable` when the folder can't be read.
  public init(_ directory: DataDirectory) throws(SnapshotError) {
    self.directory = directory
    folder = directory.graphs
    guard directory.access == .write else { return }
    try remove { $0.hasSuffix(GraphIndex.aside) }
  }

  /// The file of a graph. Letters of a space's name that a file's name may not have are written as
  /// the numbers of their bytes.
  public func file(_ name: GraphName) -> String {
    var space = ""
    for byte in name.space.utf8 {
      let isPlain = (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5f
      space +=
        isPlain
        ? String(UnicodeScalar(byte))
        : "%" + String(byte / 16, radix: 16) + String(byte % 16, radix: 16)
    }
    return "\(folder)/\(space)-\(name.version)\(Self.suffix)"
  }

  /// The graphs that have a file, by space and version.
  public func names() throws(SnapshotError) -> [GraphName] {
    let files = try Self.mapped { () throws(FileError) in
      File.isFolder(folder) ? try File.names(in: folder) : []
    }
    return files.compactMap(Self.name).sorted()
  }

  private static func name(_ file: String) -> GraphName? {
    guard file.hasSuffix(suffix), let dash = file.lastIndex(of: "-"),
      let version = UInt32(file[file.index(after: dash)...].dropLast(suffix.count))
    else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(file[..<dash].utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      rest = rest.dropFirst(2)
      bytes.append(code)
    }
    return GraphName(space: String(decoding: bytes, as: UTF8.self), version: version)
  }

  /// Writes a graph in place of the one of that name.
  public func save(
    _ graph: GraphIndex, as name: GraphName
  ) throws(SnapshotError) -> Int {
    guard directory.access == .write else {
      throw SnapshotError(.unavailable, "\(folder) is open for reading only; the server writes it")
    }
    try Self.mapped { () throws(FileError) in try File.makeFolder(folder) }
    do {
      return try graph.save(to: file(name)).changes
    } catch {
      throw SnapshotError(error)
    }
  }

  /// Checks a graph and maps it.
  public func open(_ name: GraphName) throws(SnapshotError) -> GraphIndex? {
    let path = file(name)
    guard File.exists(path) else { return nil }
    do {
      return try GraphIndex.open(path)
    } catch {
      throw SnapshotError(error)
    }
  }

  /// Removes the graphs of all other names.
  public func drop(allBut names: Set<GraphName>) throws(SnapshotError) {
    let kept = Set(names.map(file))
    try remove { $0.hasSuffix(Self.suffix) && !kept.contains("\(folder)/\($0)") }
  }

  private func remove(_ isGone: (String) -> Bool) throws(SnapshotError) {
    try Self.mapped { () throws(FileError) in
      guard File.isFolder(folder) else { return }
      for name in try File.names(in: folder) where isGone(name) {
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

extension SnapshotError {
  /// The failure of a graph's file in terms of snapshots; the message keeps the code.
  fileprivate init(_ error: GraphFileError) {
    let code: Code =
      switch error.code {
      case .corrupt: .corrupt
      case .version: .newer
      case .unavailable: .unavailable
      }
    self.init(code, error.message)
  }
}
