internal import CSimdJSON

/// Bytes that grow at their end.
///
/// Invariant of the unsafe code: `start` is the start of an allocation of `capacity` bytes that
/// this value alone owns; the first `count` are initialised, `count <= capacity`. Each append calls
/// `reserve` for the most that it can write before it writes.
@safe struct JSONBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int) {
    self.capacity = max(64, capacity)
    unsafe start = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
  }

  deinit {
    unsafe start.deallocate()
  }

  var array: [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }

  func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: start, count: count)))
  }

  mutating func removeAll() { count = 0 }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let size = max(capacity * 2, count + more)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    unsafe grown.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = grown
    capacity = size
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe start[count] = byte
    count &+= 1
  }

  mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return }
      unsafe (start + count).update(from: from, count: source.count)
    }
    count += bytes.count
  }

  mutating func append(_ text: StaticString) {
    reserve(text.utf8CodeUnitCount)
    text.withUTF8Buffer { source in
      guard let from = source.baseAddress else { return }
      unsafe (start + count).update(from: from, count: source.count)
    }
    count += text.utf8CodeUnitCount
  }

  mutating func appendInteger(_ value: Int64) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count &+= Int(unsafe updraft_json_write_int64(start + count, value))
  }

  mutating func appendInteger(_ value: UInt64) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count &+= Int(unsafe updraft_json_write_uint64(start + count, value))
  }

  /// The fewest digits that read back as `value`, which is finite.
  mutating func appendNumber(_ value: Double) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count &+= Int(unsafe updraft_json_write_double(start + count, value))
  }

  /// The fewest digits that read back as `value`, which is finite.
  mutating func appendNumber(_ value: Float) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count &+= Int(unsafe updraft_json_write_float(start + count, value))
  }

  mutating func appendQuoted(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in unsafe appendQuoted(utf8) }
  }

  mutating func appendQuoted(_ utf8: Span<UInt8>) {
    unsafe utf8.withUnsafeBufferPointer { utf8 in unsafe appendQuoted(utf8) }
  }

  /// Copies up to eight bytes at a time as long as none of them needs an escape.
  private mutating func appendQuoted(_ utf8: UnsafeBufferPointer<UInt8>) {
    // The longest escape of a byte is `\u00XX`; two quotes; a word is stored whole, past its bytes.
    reserve(utf8.count * 6 + 2 + 8)
    unsafe start[count] = 0x22
    count &+= 1
    var at = 0
    while at < utf8.count {
      let size = min(8, utf8.count &- at)
      let word = unsafe JSONBuffer.word(utf8, at, size)
      if JSONBuffer.needsEscape(word) {
        let end = at &+ size
        while at < end { unsafe appendEscaped(utf8, &at) }
      } else {
        let out = unsafe UnsafeMutableRawPointer(start + count)
        unsafe out.storeBytes(of: word.littleEndian, as: UInt64.self)
        count &+= size
        at &+= size
      }
    }
    unsafe start[count] = 0x22
    count &+= 1
  }

  /// The `size` bytes at `at`, 1...8, the first one lowest, blanks above them.
  @inline(__always)
  private static func word(_ utf8: UnsafeBufferPointer<UInt8>, _ at: Int, _ size: Int) -> UInt64 {
    let source = UnsafeRawBufferPointer(utf8)
    if size == 8 {
      return unsafe UInt64(littleEndian: source.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
    let blanks: UInt64 = 0x2020_2020_2020_2020 &<< UInt64(truncatingIfNeeded: size &* 8)
    if at &+ size >= 8 {
      let last = unsafe source.loadUnaligned(fromByteOffset: at &+ size &- 8, as: UInt64.self)
      let kept: UInt64 = UInt64(littleEndian: last) &>> UInt64(truncatingIfNeeded: 64 &- size &* 8)
      return kept | blanks
    }
    if size >= 4 {
      let first = unsafe source.loadUnaligned(fromByteOffset: at, as: UInt32.self)
      let last = unsafe source.loadUnaligned(fromByteOffset: at &+ size &- 4, as: UInt32.self)
      let low = UInt64(UInt32(littleEndian: first))
      let high = UInt64(UInt32(littleEndian: last)) &<< UInt64(truncatingIfNeeded: size &* 8 &- 32)
      return low | high | blanks
    }
    var word = blanks
    for index in 0..<size {
      let byte = unsafe UInt64(utf8[at &+ index])
      word |= byte &<< UInt64(truncatingIfNeeded: index &* 8)
    }
    return word
  }

  /// Whether one of eight bytes is below 0x20, or `"`, `\`, `<`, or the first byte of U+2028.
  @inline(__always)
  private static func needsEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    func zero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
    let controls = (word &- ones &* 0x20) & ~word
    let quotes = zero(word ^ (ones &* 0x22)) | zero(word ^ (ones &* 0x5C))
    let others = zero(word ^ (ones &* 0x3C)) | zero(word ^ (ones &* 0xE2))
    return (controls | quotes | others) & high != 0
  }

  /// One byte, or U+2028 and U+2029 whole; room was reserved.
  private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, _ at: inout Int) {
    let byte = unsafe utf8[at]
    at += 1
    switch byte {
    case 0x22, 0x5C: short(byte)
    case 0x08: short(0x62)
    case 0x09: short(0x74)
    case 0x0A: short(0x6E)
    case 0x0C: short(0x66)
    case 0x0D: short(0x72)
    case 0x00..<0x20, 0x3C: long(UInt16(byte))
    case 0xE2 where unsafe at + 1 < utf8.count && utf8[at] == 0x80 && utf8[at + 1] & 0xFE == 0xA8:
      unsafe long(0x2000 + UInt16(utf8[at + 1] & 0x3F))
      at += 2
    default:
      unsafe start[count] = byte
      count += 1
    }
  }

  private mutating func short(_ letter: UInt8) {
    unsafe start[count] = 0x5C
    unsafe start[count + 1] = letter
    count += 2
  }

  private mutating func long(_ unit: UInt16) {
    unsafe start[count] = 0x5C
    unsafe start[count + 1] = 0x75
    for digit in 0..<4 {
      let nibble = UInt8(truncatingIfNeeded: unit >> (12 - 4 * UInt16(digit))) & 0xF
      unsafe start[count + 2 + digit] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }
    count += 6
  }
}
