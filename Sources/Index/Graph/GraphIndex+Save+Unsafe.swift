internal import CKernels
internal import Glibc
internal import Sync

/// An index as a file.
///
/// Safe because a file's numbers are checked before anything is reserved for them, its length
/// before it is mapped, and every byte of its arrays against a sum before a search may follow it;
/// a file is replaced by renaming and never changed in place, so that a mapping keeps its bytes.
extension GraphIndex {
  /// Grows with each change of a row or a link.
  public var changes: Int { memory[.changes] }

  /// Writes the index to a file beside `path`, syncs it, renames it to `path`, and syncs the
  /// folder: a crash leaves the file that was there, or this one.
  ///
  /// Searches, inserts and removals go on; linking waits.
  ///
  /// - Returns: the file's length, and `changes` of what it holds.
  /// - Throws: `.unavailable` with the system's reason; the file that was there stays.
  @discardableResult
  public func save(to path: String) throws(GraphFileError) -> (bytes: Int, changes: Int) {
    do {
      return try linking.withLock { () throws(GraphFileError) in try write(path) }
    } catch {
      unsafe unlink(path + Self.aside)
      throw error
    }
  }

  /// What the name of a file ends with while it is written.
  public static let aside = ".part"

  private func write(_ path: String) throws(GraphFileError) -> (bytes: Int, changes: Int) {
    var header = GraphFileHeader()
    var changes = 0
    let lists = gate.withLock {
      let again = free + retired.flatMap(\.slots)
      let gone = dead + (sweep?.condemned ?? [])
      changes = memory[.changes]
      header = self.header(free: again.count, dead: gone.count)
      return GraphLists(copying: memory, free: again, dead: gone)
    }
    let sections = unsafe GraphSections(header, memory, centre: centre.base, lists)
    let part = path + Self.aside
    let descriptor = unsafe Glibc.open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(part, "write it") }
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    // The header comes last, over a place kept free.
    var isWritten = Self.put(descriptor, [UInt8](repeating: 0, count: GraphFileHeader.page))
    guard isWritten, let sums = unsafe sections.write({ unsafe Self.put(descriptor, $0) }) else {
      throw Self.failure(part, "write it")
    }
    withExtendedLifetime(lists) {}
    let page = Self.page(header, sums)
    isWritten = unsafe sums.withUnsafeBytes { unsafe Self.put(descriptor, $0) }
    isWritten = unsafe isWritten && pwrite(descriptor, page, page.count, 0) == page.count
    guard isWritten, fsync(descriptor) == 0 else { throw Self.failure(part, "write it") }
    isOpen = false
    guard close(descriptor) == 0 else { throw Self.failure(part, "close it") }
    guard unsafe rename(part, path) == 0 else { throw Self.failure(part, "rename it") }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let parent = unsafe Glibc.open(folder, O_RDONLY | O_CLOEXEC)
    guard parent >= 0 else { throw Self.failure(folder, "open it") }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw Self.failure(folder, "sync it") }
    return (header.fileBytes, changes)
  }

  private func header(free: Int, dead: Int) -> GraphFileHeader {
    var header = GraphFileHeader()
    header.dimension = dimension
    header.metric = metric
    header.settings = settings
    header.count = memory[.count]
    header.slots = memory[.slots]
    header.rowLimit = memory[.rowLimit]
    header.pending = memory[.tail] - memory[.head]
    header.entry = memory[.entry]
    header.isReady = memory[.ready] != 0
    header.codeScale = codeScale
    for layer in 1...GraphMemory.layersMax {
      header.layerCounts[layer - 1] = memory.count(layer: layer)
    }
    header.free = free
    header.dead = dead
    return header
  }

  /// The file's first page.
  private static func page(_ header: GraphFileHeader, _ sums: [UInt64]) -> [UInt8] {
    var words = [GraphFileHeader.magic, GraphFileHeader.format] + header.numbers
    words.append(UInt64(header.fileBytes))
    words.append(unsafe sums.withUnsafeBytes { unsafe updraft_sum($0.baseAddress, $0.count) })
    words += [UInt64](repeating: 0, count: GraphFileHeader.page / 8 - 1 - words.count)
    words.append(unsafe words.withUnsafeBytes { unsafe updraft_sum($0.baseAddress, $0.count) })
    return unsafe words.withUnsafeBytes { unsafe Array($0) }
  }

  private static func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count {
      let wrote = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if wrote < 0, errno == EINTR { continue }
      guard wrote > 0 else { return false }
      done += wrote
    }
    return true
  }

  private static func put(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBytes { unsafe put(descriptor, $0) }
  }

  private static func failure(_ path: String, _ action: String) -> GraphFileError {
    GraphFileError(
      .unavailable, "\(path): can't \(action): \(unsafe String(cString: strerror(errno)))")
  }
}

extension GraphIndex {
  /// The index of a file, mapped: what is changed is this process's own, the file stays as it is.
  ///
  /// - Parameter threads: threads that check the sums, at least 1.
  /// - Throws: `.corrupt` for a file that is damaged or not whole, `.version` for one of another
  ///   version of the program, `.unavailable` when it can't be read.
  public static func open(_ path: String, threads: Int = 2) throws(GraphFileError) -> GraphIndex {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "open it") }
    defer { close(descriptor) }
    let (header, sums) = try read(descriptor, path)
    let index = GraphIndex(
      dimension: header.dimension, metric: header.metric, settings: header.settings)
    guard index.settings == header.settings else {
      throw GraphFileError(.corrupt, "\(path): names settings that no index has")
    }
    try index.fill(header, sums, descriptor, path, threads: max(1, threads))
    return index
  }

  /// The numbers of a file and its sums, once they are known to be whole and possible.
  private static func read(
    _ descriptor: Int32, _ path: String
  ) throws(GraphFileError) -> (GraphFileHeader, [UInt64]) {
    var words = [UInt64](repeating: 0, count: GraphFileHeader.page / 8)
    guard get(descriptor, &words, at: 0) else {
      throw GraphFileError(.corrupt, "\(path): ends inside its first page")
    }
    guard words[0] == GraphFileHeader.magic else {
      throw GraphFileError(.corrupt, "\(path): is not the file of a graph")
    }
    let sum = unsafe words.withUnsafeBytes {
      unsafe updraft_sum($0.baseAddress, GraphFileHeader.page - 8)
    }
    guard sum == words[words.count - 1] else {
      throw GraphFileError(.corrupt, "\(path): the first page is damaged")
    }
    guard words[1] == GraphFileHeader.format else {
      throw GraphFileError(
        .version,
        "\(path): has format \(words[1]), this program reads \(GraphFileHeader.format)")
    }
    let end = 2 + GraphFileHeader().numbers.count
    guard let header = GraphFileHeader(Array(words[2..<end])),
      words[end] == UInt64(header.fileBytes)
    else { throw GraphFileError(.corrupt, "\(path): the first page names impossible numbers") }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, "find its size") }
    guard Int(status.st_size) == header.fileBytes else {
      throw GraphFileError(
        .corrupt, "\(path): has \(status.st_size) bytes, not \(header.fileBytes)")
    }
    let start = header.sumsStart
    var sums = [UInt64](repeating: 0, count: (header.fileBytes - start) / 8)
    guard get(descriptor, &sums, at: start),
      unsafe sums.withUnsafeBytes({ unsafe updraft_sum($0.baseAddress, $0.count) })
        == words[end + 1]
    else { throw GraphFileError(.corrupt, "\(path): the sums at its end are damaged") }
    return (header, sums)
  }

  private static func get(
    _ descriptor: Int32, _ words: inout [UInt64], at place: Int
  ) -> Bool {
    unsafe words.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let got = unsafe pread(
          descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(place + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return false }
        done += got
      }
      return true
    }
  }

  /// Takes the arrays of a file; nobody else knows the index yet.
  private func fill(
    _ header: GraphFileHeader, _ sums: [UInt64], _ descriptor: Int32, _ path: String,
    threads: Int
  ) throws(GraphFileError) {
    let lists = GraphLists(memory, free: header.free, dead: header.dead)
    let sections = unsafe GraphSections(header, memory, centre: centre.base, lists)
    defer { withExtendedLifetime(lists) {} }
    guard sections.map(descriptor) else { throw Self.failure(path, "map it") }
    guard sections.match(sums, threads: threads) else {
      throw GraphFileError(.corrupt, "\(path): its content does not match its sums")
    }
    for i in 0..<header.free { free.append(unsafe lists.free.base[i]) }
    for i in 0..<header.dead { dead.append(unsafe lists.dead.base[i]) }
    codeScale = header.codeScale
    for layer in 1...GraphMemory.layersMax {
      memory.setCount(header.layerCounts[layer - 1], layer: layer)
    }
    memory[.count] = header.count
    memory[.slots] = header.slots
    memory[.rowLimit] = header.rowLimit
    memory[.tail] = header.pending
    memory[.entry] = header.entry
    memory[.ready] = header.isReady ? 1 : 0
  }
}

extension GraphIndex {
  /// The sum that guards bytes of a file.
  package static func sum(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe updraft_sum($0.baseAddress, $0.count) }
  }
}
