internal import CKernels

/// Vectors by row in chunks of 4,096 rows, which are allocated when a row of theirs is first
/// written and freed with their last row, so growth copies nothing.
///
/// Safe because a chunk that is in `chunks` holds `rowsAChunk * dimension` initialised floats, a
/// chunk leaves the array before it is freed, every row number is checked against the array, and
/// kernels are only given whole vectors of `dimension` floats, queries included. The store owns
/// its memory alone and cannot be copied; readers do not write.
@safe struct VectorStore: ~Copyable, @unchecked Sendable {
  // Sendable: the memory behind the pointers has this one owner, and reading leaves it as it is.

  /// Rows in a chunk.
  static let rowsAChunk = 4096
  /// Rows scored in one call.
  static let rowsABlock = 64

  let dimension: Int
  private(set) var present = RowSet()
  private var chunks: [UnsafeMutablePointer<Float>?] = unsafe []
  private var rowsInChunk: [Int] = []
  /// What a row without a vector is read as.
  private let zeros: UnsafeMutablePointer<Float>
  private let kernels: updraft_vectors

  init(dimension: Int) {
    precondition((1...65_536).contains(dimension), "a vector has 1 to 65,536 components")
    self.dimension = dimension
    unsafe zeros = Self.allocate(floats: dimension)
    unsafe kernels = updraft_vectors_best().pointee
  }

  deinit {
    for index in rowsInChunk.indices { unsafe chunks[index]?.deallocate() }
    unsafe zeros.deallocate()
  }

  /// Writes `vector` times `scale` as the vector of `row`.
  mutating func write(row: UInt32, vector: Span<Float>, scale: Double) {
    precondition(vector.count == dimension, "the vector's length is not the index's dimension")
    let index = Int(row) / Self.rowsAChunk
    while rowsInChunk.count <= index {
      unsafe chunks.append(nil)
      rowsInChunk.append(0)
    }
    let chunk: UnsafeMutablePointer<Float>
    if let existing = unsafe chunks[index] {
      unsafe chunk = existing
    } else {
      unsafe chunk = Self.allocate(floats: Self.rowsAChunk * dimension)
      unsafe chunks[index] = chunk
    }
    let target = unsafe chunk + Int(row) % Self.rowsAChunk * dimension
    if scale == 1 {
      for i in 0..<dimension { unsafe target[i] = vector[i] }
    } else {
      for i in 0..<dimension { unsafe target[i] = Float(Double(vector[i]) * scale) }
    }
    if present.insert(row) { rowsInChunk[index] += 1 }
  }

  /// Erases the vector of `row`, and frees its chunk when that is empty.
  mutating func erase(row: UInt32) {
    guard let vector = unsafe pointer(row), present.remove(row) else { return }
    let index = Int(row) / Self.rowsAChunk
    rowsInChunk[index] -= 1
    if rowsInChunk[index] == 0 {
      let chunk = unsafe chunks[index]
      unsafe chunks[index] = nil
      unsafe chunk?.deallocate()
    } else {
      unsafe vector.update(repeating: 0, count: dimension)
    }
  }

  /// Calls `body` with the vector of `row`; nil when it has none.
  @inline(__always)
  func withVector<Result>(row: UInt32, _ body: (Span<Float>) -> Result) -> Result? {
    guard let vector = unsafe pointer(row) else { return nil }
    return body(unsafe UnsafeBufferPointer(start: vector, count: dimension).span)
  }

  /// Scores of the 64 rows from `64 * block` on, where the block has a row present; those of
  /// rows without a vector mean nothing.
  func score(block: Int, query: Span<Float>, metric: Metric, into scores: inout [Float]) {
    precondition(query.count == dimension && scores.count >= Self.rowsABlock)
    guard present.word(block) != 0,
      let chunk = unsafe chunks[block * Self.rowsABlock / Self.rowsAChunk]
    else { return }
    let first = unsafe chunk + block * Self.rowsABlock % Self.rowsAChunk * dimension
    unsafe query.withUnsafeBufferPointer { query in
      unsafe scores.withUnsafeMutableBufferPointer { scores in
        let kernel =
          unsafe metric == .squaredEuclidean
          ? kernels.squared_rows : kernels.dot_rows
        unsafe kernel!(query.baseAddress, first, dimension, Self.rowsABlock, scores.baseAddress)
      }
    }
  }

  /// Puts the raw scores of `rows` into the first places of `scores`, in their order; a row
  /// without a vector is read as zeros.
  func score(
    rows: Span<UInt32>, query: Span<Float>, metric: Metric, into scores: inout [Float]
  ) {
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    precondition(scores.count >= rows.count)
    unsafe withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: rows.count
    ) { pointers in
      for i in rows.indices {
        unsafe pointers.initializeElement(at: i, to: UnsafePointer(pointer(rows[i]) ?? zeros))
      }
      unsafe query.withUnsafeBufferPointer { query in
        unsafe scores.withUnsafeMutableBufferPointer { scores in
          let kernel =
            unsafe metric == .squaredEuclidean
            ? kernels.squared_gather : kernels.dot_gather
          unsafe kernel!(
            query.baseAddress, pointers.baseAddress, dimension, rows.count, scores.baseAddress)
        }
      }
    }
  }

  /// The raw score of two rows; nil when either has no vector.
  func score(_ a: UInt32, _ b: UInt32, metric: Metric) -> Float? {
    guard let a = unsafe pointer(a), let b = unsafe pointer(b) else { return nil }
    let kernel = unsafe metric == .squaredEuclidean ? kernels.squared : kernels.dot
    return unsafe kernel!(a, b, dimension)
  }

  /// The vector of `row`, or nil.
  @inline(__always)
  private func pointer(_ row: UInt32) -> UnsafeMutablePointer<Float>? {
    guard present.contains(row), let chunk = unsafe chunks[Int(row) / Self.rowsAChunk] else {
      return nil
    }
    return unsafe chunk + Int(row) % Self.rowsAChunk * dimension
  }

  /// Zeros, aligned to a cache line.
  private static func allocate(floats: Int) -> UnsafeMutablePointer<Float> {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: floats * MemoryLayout<Float>.stride, alignment: 64)
    return unsafe bytes.initializeMemory(as: Float.self, repeating: 0, count: floats)
  }
}
