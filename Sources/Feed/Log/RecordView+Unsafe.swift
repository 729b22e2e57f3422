internal import Glibc

/// A borrowed view of bytes; valid only inside the call that hands it out.
///
/// Every read is checked against the length, so that damaged bytes give nil, never a trap. Safe
/// because a view is only ever passed down the stack by the function that owns the bytes.
@safe public struct RecordView {
  let base: UnsafeRawPointer?
  /// How many bytes there are.
  public let count: Int

  /// Wraps borrowed bytes.
  @unsafe public init(_ bytes: UnsafeRawBufferPointer) {
    unsafe base = bytes.baseAddress
    count = bytes.count
  }

  /// Runs `body` over part of an array.
  @inline(__always)
  public static func over<Result, Failure: Error>(
    _ bytes: borrowing [UInt8], _ range: Range<Int>,
    _ body: (RecordView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let span = bytes.span
    let part = span.extracting(range)
    return try unsafe part.withUnsafeBytes { bytes throws(Failure) in
      try body(unsafe RecordView(bytes))
    }
  }

  /// Runs `body` over the UTF-8 of a text.
  @inline(__always)
  static func over<Result>(_ text: String, _ body: (RecordView) -> Result) -> Result {
    var text = text
    return text.withUTF8 { bytes in body(unsafe RecordView(UnsafeRawBufferPointer(bytes))) }
  }

  /// Runs `body` over the first bytes of one element of an array.
  @inline(__always)
  static func over<Element: BitwiseCopyable, Result>(
    elements: borrowing [Element], _ index: Int, _ length: Int, _ body: (RecordView) -> Result
  ) -> Result {
    let start = index &* MemoryLayout<Element>.stride
    return unsafe elements.withUnsafeBytes { bytes in
      precondition(length <= MemoryLayout<Element>.size && start &+ length <= bytes.count)
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start &+ length])
      return body(unsafe RecordView(part))
    }
  }

  /// At most 16 bytes as two little-endian numbers, zeros behind them; the rest is left out.
  @inline(__always)
  var words: (UInt64, UInt64) {
    guard let base = unsafe base else { return (0, 0) }
    if count >= 16 {
      return unsafe (Self.word(base, 0, UInt64.self), Self.word(base, 8, UInt64.self))
    }
    let tail = unsafe self.tail(base)
    return count >= 8 ? (unsafe Self.word(base, 0, UInt64.self), tail) : (tail, 0)
  }

  /// The last `count % 8` bytes as a little-endian number, zeros behind them: pieces that overlap
  /// instead of a loop, whose end no processor foresees.
  @inline(__always)
  @unsafe private func tail(_ base: UnsafeRawPointer) -> UInt64 {
    let rest = UInt64(truncatingIfNeeded: count & 7)
    if count >= 8 {
      // The first of these eight were read already, and are shifted out.
      return rest == 0 ? 0 : unsafe Self.word(base, count &- 8, UInt64.self) &>> (64 &- 8 &* rest)
    }
    if rest >= 4 {
      return unsafe Self.word(base, 0, UInt32.self)
        | Self.word(base, count &- 4, UInt32.self) &<< (8 &* (rest &- 4))
    }
    if rest >= 2 {
      return unsafe Self.word(base, 0, UInt16.self)
        | Self.word(base, count &- 2, UInt16.self) &<< (8 &* (rest &- 2))
    }
    return rest == 1 ? unsafe Self.word(base, 0, UInt8.self) : 0
  }

  @inline(__always)
  @unsafe private static func word<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ base: UnsafeRawPointer, _ offset: Int, _: Number.Type
  ) -> UInt64 {
    let number = unsafe base.loadUnaligned(fromByteOffset: offset, as: Number.self)
    return UInt64(truncatingIfNeeded: Number(littleEndian: number))
  }

  /// The little-endian number at `offset`; nil beyond the end.
  @inline(__always)
  func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as: Number.Type) -> Number?
  {
    guard let base = unsafe base, offset >= 0, offset <= count &- MemoryLayout<Number>.size else {
      return nil
    }
    return unsafe Number(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// The float at `offset`; nil beyond the end.
  @inline(__always)
  func loadFloat(_ offset: Int) -> Float? {
    load(offset, as: UInt32.self).map { Float(bitPattern: $0) }
  }

  /// Part of the view; nil beyond the end.
  @inline(__always)
  func part(_ offset: Int, _ length: Int) -> RecordView? {
    guard offset >= 0, length >= 0, offset <= count &- length else { return nil }
    guard let base = unsafe base else { return length == 0 ? self : nil }
    return unsafe RecordView(UnsafeRawBufferPointer(start: base + offset, count: length))
  }

  /// The bytes as text; damaged UTF-8 is repaired.
  public var text: String {
    guard let base = unsafe base else { return "" }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
  }

  /// The bytes, copied.
  public var array: [UInt8] {
    guard let base = unsafe base else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Appends the bytes to an array.
  public func append(to bytes: inout [UInt8]) {
    guard let base = unsafe base else { return }
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Whether the bytes equal those of an array from `start` on.
  @inline(__always)
  func equals(_ other: borrowing [UInt8], at start: Int) -> Bool {
    guard start >= 0, start <= other.count &- count else { return false }
    guard let base = unsafe base, count > 0 else { return true }
    return unsafe other.withUnsafeBufferPointer { bytes in
      unsafe memcmp(bytes.baseAddress! + start, base, count) == 0
    }
  }

  /// A 64-bit hash of the bytes: eight at a time, multiplied and folded; the same on every machine.
  @inline(__always)
  package func hash(seed: UInt64) -> UInt64 {
    var state = seed ^ UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15
    var offset = 0
    guard let base = unsafe base else { return Hashing.mix(state) }
    while offset &+ 8 <= count {
      let word = unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      state = Hashing.fold(state, UInt64(littleEndian: word))
      offset &+= 8
    }
    return Hashing.mix(Hashing.fold(state, unsafe tail(base)))
  }
}

extension Array where Element == UInt8 {
  /// Appends a number, little-endian.
  @inline(__always)
  mutating func put<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    let little = number.littleEndian
    unsafe Swift.withUnsafeBytes(of: little) { bytes in unsafe append(contentsOf: bytes) }
  }

  /// Appends the bits of every number, little-endian as every machine that we run on.
  mutating func put<Number: BitwiseCopyable>(raw numbers: borrowing [Number]) {
    unsafe numbers.withUnsafeBytes { bytes in unsafe append(contentsOf: bytes) }
  }
}

extension RecordView {
  /// The bytes as numbers of a trivial type, copied; a rest shorter than one number is left out.
  func array<Number: BitwiseCopyable>(of type: Number.Type) -> [Number] {
    let total = count / MemoryLayout<Number>.stride
    guard let base = unsafe base, total > 0 else { return [] }
    return unsafe [Number](unsafeUninitializedCapacity: total) { buffer, filled in
      // Every bit pattern of the numbers that the World keeps is a valid value.
      unsafe memcpy(buffer.baseAddress!, base, total * MemoryLayout<Number>.stride)
      filled = total
    }
  }
}

extension RecordView {
  /// Whether the bytes begin with those of `prefix`.
  func hasPrefix(_ prefix: String) -> Bool {
    var offset = 0
    for byte in prefix.utf8 {
      guard load(offset, as: UInt8.self) == byte else { return false }
      offset += 1
    }
    return true
  }
}
