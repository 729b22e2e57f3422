/// The dense row of an item in every item column. Rows of dropped items are reused only after every
/// reference to them is gone.
public struct ItemRow: Hashable, Comparable, Sendable {
  /// The position in the columns.
  public let index: UInt32

  /// Wraps a position.
  public init(_ index: UInt32) { self.index = index }

  /// Orders by position.
  public static func < (left: ItemRow, right: ItemRow) -> Bool { left.index < right.index }
}

/// The dense row of a user. An author is a user.
public struct UserRow: Hashable, Comparable, Sendable {
  /// The position in the columns.
  public let index: UInt32

  /// Wraps a position.
  public init(_ index: UInt32) { self.index = index }

  /// Orders by position.
  public static func < (left: UserRow, right: UserRow) -> Bool { left.index < right.index }
}

/// A position in the log. The first event has offset 1; 0 means "before every event".
public struct Offset: Hashable, Comparable, Sendable {
  /// The position.
  public let value: UInt64

  /// Wraps a position.
  public init(_ value: UInt64) { self.value = value }

  /// Before every event.
  public static let zero = Offset(0)

  /// Orders by position.
  public static func < (left: Offset, right: Offset) -> Bool { left.value < right.value }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// The milliseconds.
  public let milliseconds: Int64

  /// Wraps milliseconds.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// The epoch.
  public static let zero = Timestamp(milliseconds: 0)

  /// The latest instant that an event may carry, 2100-01-01: the year 9999 is an error, not a date.
  public static let latest = Timestamp(milliseconds: 4_102_444_800_000)

  /// Whole seconds since the epoch, saturating at both ends.
  public var seconds: UInt32 { UInt32(clamping: milliseconds / 1000) }

  /// This instant moved by a signed number of milliseconds, saturating.
  public func advanced(milliseconds delta: Int64) -> Timestamp {
    let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
    return Timestamp(milliseconds: overflow ? (delta > 0 ? .max : .min) : sum)
  }

  /// Orders in time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

/// What an identifier of a user, an item or an event may be: 1 to 128 bytes of UTF-8 without
/// control characters, so that it is safe in headers, logs and URLs once encoded.
public enum Identifier {
  /// The longest identifier, in bytes.
  public static let bytesMax = 128

  /// Whether `text` may be an identifier.
  public static func isValid(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count >= 1, bytes.count <= bytesMax else { return false }
    for byte in bytes where byte < 0x20 || byte == 0x7f { return false }
    return true
  }
}
