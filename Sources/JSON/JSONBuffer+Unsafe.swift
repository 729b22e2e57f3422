internal import CSimdJSON

/// Bytes that grow at their end.
///
/// Invariant of the unsafe code: `start` is the start of an allocation of `capacity` bytes that this
/// value alone owns; the first `count` are initialised, `count <= capacity`. Each append calls
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
    count += 1
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

  /// Decimal digits, two at a time from the end.
  mutating func appendInteger(_ magnitude: UInt64, negative: Bool) {
    reserve(21)
    if negative { append(0x2D) }
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20, magnitude >= bound {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    var rest = magnitude
    var at = count + digits
    while at > count {
      at -= 1
      unsafe start[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }

  /// The fewest digits that read back as `value`, which is finite.
  mutating func appendNumber(_ value: Double) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count += Int(unsafe updraft_json_write_double(start + count, value))
  }

  /// The fewest digits that read back as `value`, which is finite.
  mutating func appendNumber(_ value: Float) {
    reserve(Int(UPDRAFT_JSON_NUMBER_BYTES))
    count += Int(unsafe updraft_json_write_float(start + count, value))
  }

  mutating func appendQuoted(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in unsafe appendQuoted(utf8) }
  }

  mutating func appendQuoted(_ utf8: Span<UInt8>) {
    unsafe utf8.withUnsafeBufferPointer { utf8 in unsafe appendQuoted(utf8) }
  }

  /// Copies eight bytes at a time as long as none of them needs an escape.
  private mutating func appendQuoted(_ utf8: UnsafeBufferPointer<UInt8>) {
    // The longest escape of a byte is `\u00XX`; two quotes; one word may be written past the end.
    reserve(utf8.count * 6 + 2 + 8)
    unsafe start[count] = 0x22
    count += 1
    var at = 0
    let source = unsafe UnsafeRawPointer(utf8.baseAddress ?? UnsafePointer(start))
    while utf8.count - at >= 8 {
      let word = unsafe source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      if JSONBuffer.needsEscape(word) {
        for _ in 0..<8 where at < utf8.count { unsafe appendEscaped(utf8, &at) }
      } else {
        unsafe UnsafeMutableRawPointer(start + count).storeBytes(of: word, as: UInt64.self)
        count += 8
        at += 8
      }
    }
    while at < utf8.count { unsafe appendEscaped(utf8, &at) }
    unsafe start[count] = 0x22
    count += 1
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
