internal import CZlib

// Safe because each call gives zlib a window of an array that outlives the call, with its true
// length, and the stream's state is freed before the function returns.

/// gzip through zlib, whole buffers at a time.
public enum Gzip {
  /// Why bytes did not inflate.
  public enum Failure: Error, Equatable {
    /// More bytes than allowed come out.
    case tooLarge
    /// Not gzip, cut short, or followed by other bytes.
    case malformed
  }

  /// The gzip form of `bytes`; level 1 is fast, 9 is small. Nil if zlib has no memory.
  public static func deflate(_ bytes: [UInt8], level: Int) -> [UInt8]? {
    guard let count = UInt32(exactly: bytes.count) else { return nil }
    var stream = unsafe z_stream()
    let status = unsafe deflateInit2_(
      &stream, Int32(clamping: level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
    defer { unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(count)))
    var input = bytes
    var finished = false
    let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, written in
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = count
        unsafe stream.next_out = room.baseAddress
        unsafe stream.avail_out = UInt32(clamping: bound)
        finished = unsafe CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      written = unsafe Int(stream.total_out)
    }
    return finished ? output : nil
  }

  /// The bytes whose gzip form is `bytes`, at most `bytesMax` of them.
  public static func inflate(_ bytes: [UInt8], bytesMax: Int) throws(Failure) -> [UInt8] {
    guard let count = UInt32(exactly: bytes.count), count > 0 else { throw .malformed }
    var stream = unsafe z_stream()
    let started = unsafe inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else { throw .malformed }
    defer { unsafe inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    var failure: Failure?
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = count
      failure = unsafe fill(&output, from: &stream, through: &chunk, bytesMax: bytesMax)
    }
    if let failure { throw failure }
    return output
  }

  /// Inflates to the end of the stream, a chunk at a time, so that a bomb costs one chunk too many.
  private static func fill(
    _ output: inout [UInt8], from stream: inout z_stream, through chunk: inout [UInt8],
    bytesMax: Int
  ) -> Failure? {
    while true {
      let capacity = chunk.count
      let (status, made) = unsafe chunk.withUnsafeMutableBufferPointer { room in
        unsafe stream.next_out = room.baseAddress
        unsafe stream.avail_out = UInt32(clamping: capacity)
        let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        return unsafe (status, capacity - Int(stream.avail_out))
      }
      guard status == Z_OK || status == Z_STREAM_END else { return .malformed }
      guard output.count + made <= bytesMax else { return .tooLarge }
      output.append(contentsOf: chunk[..<made])
      if status == Z_STREAM_END { return unsafe stream.avail_in == 0 ? nil : .malformed }
      if made == 0 { return .malformed }
    }
  }
}
