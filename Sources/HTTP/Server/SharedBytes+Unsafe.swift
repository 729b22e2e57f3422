internal import Sync

// Safe because the storage is filled in `init`, never written again, and freed in `deinit`; the
// HTTP library holds a reference to the owner for as long as it reads the storage.

/// Immutable bytes that many answers send without a copy, for example a cached page.
@safe public final class SharedBytes: @unchecked Sendable {
  // Sendable: `storage` is immutable after `init`.
  let storage: UnsafeMutableRawPointer
  /// How many bytes.
  public let count: Int
  private let compressed = Once<SharedBytes>()

  /// Copies `bytes` once.
  public init(_ bytes: [UInt8]) {
    count = bytes.count
    unsafe storage = .allocate(byteCount: max(1, bytes.count), alignment: 16)
    unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe storage.copyMemory(from: base, byteCount: source.count)
    }
  }

  deinit { unsafe storage.deallocate() }

  /// A copy of the bytes.
  public var bytes: [UInt8] {
    unsafe [UInt8](UnsafeRawBufferPointer(start: storage, count: count))
  }

  /// The gzip form, made at the first use and kept; nil if zlib has no memory.
  var gzip: SharedBytes? {
    if let ready = compressed.load() { return ready }
    guard let small = Gzip.deflate(bytes, level: 6) else { return nil }
    return compressed.storeIfNil(SharedBytes(small))
  }
}
