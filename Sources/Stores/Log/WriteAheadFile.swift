internal import Feed

/// The write-ahead log's file, looked at before SQLite opens it.
///
/// SQLite takes the first frame whose checksum is wrong for the end of the file: right after a
/// power cut, which tears the transaction that was being synced, and wrong when a bit flipped in
/// the middle, because every acknowledged commit behind it would vanish without a word. So a single
/// flipped bit is put right here (the stored checksum proves which it was), and more damage before
/// a commit that was synced is told.
///
/// The format is SQLite's (sqlite.org/walformat.html): a header of 32 bytes, then frames of 24
/// bytes and a page, each with a checksum over all before it.
struct WriteAheadFile {
  /// What was found.
  enum Finding: Equatable {
    /// Nothing, or a torn end, which is no damage.
    case sound
    /// So many flipped bits were put right.
    case mended(Int)
    /// Commits behind this frame were synced and can't be reached.
    case damaged(frame: Int)
  }

  private typealias Sum = (UInt32, UInt32)

  private static let headerBytes = 32
  private static let frameHeaderBytes = 24
  private let database: String
  private var bytes: [UInt8]
  private var changes: [Int: UInt8] = [:]
  private let pageBytes: Int
  private let isBigEndian: Bool

  /// Looks at the file and puts right what it can.
  static func mend(_ path: String) throws(FileError) -> Finding {
    let size = File.size(path)
    guard size > headerBytes else { return .sound }
    let descriptor = try FileDescriptor(path, .create)
    let bytes = descriptor.readAll(limit: size)
    guard var file = WriteAheadFile(bytes, database: String(path.dropLast("-wal".count))) else {
      return .sound
    }
    let finding = file.walk()
    guard !file.changes.isEmpty else { return finding }
    for (place, byte) in file.changes { try descriptor.write([byte], at: place) }
    try descriptor.sync()
    return finding
  }

  /// Nil when the header can't be made sense of: then SQLite starts the file anew, as it does when
  /// the power was cut while it wrote the header.
  private init?(_ bytes: [UInt8], database: String) {
    self.bytes = bytes
    self.database = database
    guard bytes.count >= Self.headerBytes + Self.frameHeaderBytes else { return nil }
    let header = Array(bytes[..<Self.headerBytes])
    if !Self.isHeader(header) {
      let flips = (0..<Self.headerBytes * 8).filter { bit in
        var candidate = header
        candidate[bit / 8] ^= 1 << UInt8(bit % 8)
        // A flip in the salts and one in the checksum can look the same; the first frame knows.
        return Self.isHeader(candidate) && candidate[16..<24].elementsEqual(bytes[40..<48])
      }
      guard let bit = flips.first else { return nil }
      self.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      changes[bit / 8] = self.bytes[bit / 8]
    }
    isBigEndian = self.bytes[3] & 1 == 1
    pageBytes = LogWriter.pageBytes
  }

  private static func isHeader(_ bytes: [UInt8]) -> Bool {
    let magic = word(bytes, 0)
    // The checksum alone leaves open which of some bits flipped; what must be there does not.
    guard magic & ~1 == 0x377f_0682, word(bytes, 4) == 3_007_000,
      word(bytes, 8) == LogWriter.pageBytes
    else { return false }
    let sum = checksum(bytes, 0, 24, (0, 0), isBigEndian: magic & 1 == 1)
    return sum == (word(bytes, 24), word(bytes, 28))
  }

  /// Follows the frames from the first on.
  private mutating func walk() -> Finding {
    var sum: Sum = (Self.word(bytes, 24), Self.word(bytes, 28))
    // The checksum as it is from a frame on that keeps its flipped bit.
    var rewritten: Sum?
    var mended = changes.isEmpty ? 0 : 1
    var frame = 0
    while start(frame + 1) <= bytes.count {
      let own = checksum(of: frame, after: sum)
      let expected = stored(frame)
      var next = own
      if own != expected || !hasSalts(frame) {
        switch mend(frame, own, expected) {
        case .checksum: next = own
        case .content: next = expected
        case .unclear:
          rewritten = rewritten ?? sum
          next = expected
        case .none:
          if isFollowedBySynced(frame) { return .damaged(frame: frame) }
          return mended > 0 ? .mended(mended) : .sound
        }
        mended += 1
      }
      sum = next
      if let before = rewritten {
        let after = checksum(of: frame, after: before)
        setStored(frame, after)
        rewritten = after
      }
      frame += 1
    }
    return mended > 0 ? .mended(mended) : .sound
  }

  /// Where a single flipped bit was.
  private enum Flip { case checksum, content, unclear, none }

  /// Puts a single flipped bit of a frame right: in its salts, in its checksum, or in what the
  /// checksum covers. That any other damage looks like one has a chance of about 2⁻⁴⁸.
  ///
  /// The checksum adds words, so that the highest bits of several words can explain the same
  /// difference. Then it is the one that an earlier copy of the page has otherwise; where that does
  /// not decide either, the frame stays as it is under a checksum of its own, and the events' own
  /// checksums tell which of them, if any, is damaged.
  private mutating func mend(_ frame: Int, _ own: Sum, _ expected: Sum) -> Flip {
    let place = start(frame)
    let saltFlips = (8..<16).reduce(0) { flips, index in
      flips + (bytes[place + index] ^ bytes[8 + index]).nonzeroBitCount
    }
    if saltFlips == 1 && own == expected {
      for index in 8..<16 { set(place + index, bytes[8 + index]) }
      return .content
    }
    guard saltFlips == 0 else { return .none }
    let flips = explanations(frame, (expected.0 &- own.0, expected.1 &- own.1))
    if isOneBit(own, expected) && (flips.isEmpty || !isFollowed(frame, by: expected)) {
      setStored(frame, own)
      return .checksum
    }
    guard !flips.isEmpty else { return .none }
    let likely = flips.count == 1 ? flips : flips.filter { comesFromEarlier($0, frame) }
    guard likely.count == 1, let flip = likely.first else { return .unclear }
    set(flip / 8, bytes[flip / 8] ^ 1 << UInt8(flip % 8))
    return .content
  }

  /// Whether the byte of a bit would be, with the bit flipped, what the page held before.
  private func comesFromEarlier(_ flip: Int, _ frame: Int) -> Bool {
    let inPage = flip / 8 - start(frame) - Self.frameHeaderBytes
    guard inPage >= 0 else { return false }
    let page = Self.word(bytes, start(frame))
    let flipped = bytes[flip / 8] ^ 1 << UInt8(flip % 8)
    if let earlier = (0..<frame).last(where: { Self.word(bytes, start($0)) == page }) {
      return bytes[start(earlier) + Self.frameHeaderBytes + inPage] == flipped
    }
    // Opened only here, before SQLite is: closing it drops the locks that a process has on a file.
    guard let earlier = try? FileDescriptor(database, .read) else { return false }
    return earlier.byte(at: (Int(page) - 1) * pageBytes + inPage) == flipped
  }

  /// Whether the next frame goes on from a checksum.
  private func isFollowed(_ frame: Int, by sum: Sum) -> Bool {
    start(frame + 2) <= bytes.count && checksum(of: frame + 1, after: sum) == stored(frame + 1)
  }

  /// The bits of a frame of which each alone explains a difference of checksums.
  private func explanations(_ frame: Int, _ difference: Sum) -> [Int] {
    let place = start(frame)
    var pairs = [place]
    pairs += stride(from: place + Self.frameHeaderBytes, to: start(frame + 1), by: 8)
    var flips: [Int] = []
    // What a change of 1 in the first and in the second word of a pair makes of the two sums.
    var first: Sum = (1, 1)
    var second: Sum = (0, 1)
    for pair in pairs.reversed() {
      for (start, effect) in [(pair, first), (pair + 4, second)] {
        for bit in 0..<32 as Range<UInt32> {
          let index = start + (isBigEndian ? 3 - Int(bit / 8) : Int(bit / 8))
          let isSet = bytes[index] >> UInt8(bit % 8) & 1 == 1
          let step = isSet ? 0 &- (1 as UInt32) << bit : 1 << bit
          if effect.0 &* step == difference.0 && effect.1 &* step == difference.1 {
            flips.append(index * 8 + Int(bit % 8))
          }
        }
      }
      first = Self.propagated(first)
      second = Self.propagated(second)
    }
    return flips
  }

  /// How a difference of the sums grows over one pair of words.
  private static func propagated(_ sum: Sum) -> Sum {
    let first = sum.0 &+ sum.1
    return (first, sum.1 &+ first)
  }

  private func isOneBit(_ left: Sum, _ right: Sum) -> Bool {
    (left.0 ^ right.0).nonzeroBitCount + (left.1 ^ right.1).nonzeroBitCount == 1
  }

  private mutating func setStored(_ frame: Int, _ sum: Sum) {
    for index in 0..<4 {
      let shift = UInt32(24 - 8 * index)
      set(start(frame) + 16 + index, UInt8(truncatingIfNeeded: sum.0 >> shift))
      set(start(frame) + 20 + index, UInt8(truncatingIfNeeded: sum.1 >> shift))
    }
  }

  private mutating func set(_ place: Int, _ byte: UInt8) {
    guard bytes[place] != byte else { return }
    bytes[place] = byte
    changes[place] = byte
  }

  /// Whether a frame that can't be read was synced: only the last transaction can have been under
  /// way, so that sound frames behind a commit say that the commit and all before it were synced.
  private func isFollowedBySynced(_ frame: Int) -> Bool {
    var hasCommit = hasSalts(frame) && isCommit(frame)
    var next = frame + 1
    while start(next + 1) <= bytes.count {
      if hasSalts(next) && checksum(of: next, after: stored(next - 1)) == stored(next) {
        if hasCommit { return true }
        hasCommit = isCommit(next)
      }
      next += 1
    }
    return false
  }

  private func start(_ frame: Int) -> Int {
    Self.headerBytes + frame * (Self.frameHeaderBytes + pageBytes)
  }

  private func isCommit(_ frame: Int) -> Bool { Self.word(bytes, start(frame) + 4) != 0 }

  private func hasSalts(_ frame: Int) -> Bool {
    let place = start(frame)
    return (8..<16).allSatisfy { bytes[place + $0] == bytes[8 + $0] }
  }

  private func stored(_ frame: Int) -> Sum {
    (Self.word(bytes, start(frame) + 16), Self.word(bytes, start(frame) + 20))
  }

  private func checksum(of frame: Int, after sum: Sum) -> Sum {
    let place = start(frame)
    let header = Self.checksum(bytes, place, 8, sum, isBigEndian: isBigEndian)
    return Self.checksum(
      bytes, place + Self.frameHeaderBytes, pageBytes, header, isBigEndian: isBigEndian)
  }

  private static func checksum(
    _ bytes: [UInt8], _ start: Int, _ count: Int, _ sum: Sum, isBigEndian: Bool
  ) -> Sum {
    var (first, second) = sum
    var place = start
    while place < start + count {
      first &+= (isBigEndian ? word(bytes, place) : word(bytes, place).byteSwapped) &+ second
      second &+=
        (isBigEndian ? word(bytes, place + 4) : word(bytes, place + 4).byteSwapped) &+ first
      place += 8
    }
    return (first, second)
  }

  /// Four bytes as a big-endian number.
  @inline(__always)
  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
      | UInt32(bytes[place + 3])
  }
}
