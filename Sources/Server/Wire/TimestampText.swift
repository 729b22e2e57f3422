internal import Feed
internal import JSON

/// Times on the wire: out as RFC 3339 in UTC with milliseconds; in as RFC 3339, or as milliseconds
/// or seconds since 1970 in a JSON number.
enum TimestampText {
  /// Numbers of this range are seconds since 1970, from the year 2001 on: as milliseconds they
  /// would lie in January and February of 1970, which nobody means.
  static let seconds = 1e9...Double(Timestamp.latest.milliseconds) / 1000
  /// Numbers of this range are milliseconds, from the year 1973 on; all others are refused.
  static let milliseconds = 1e11...Double(Timestamp.latest.milliseconds)

  private static let textBytesMax = 40
  /// Every form that is taken.
  private static let expected =
    "expected a number of milliseconds since 1970 (1973 to 2100) or of seconds (2001 to 2100), or "
    + "an RFC 3339 text with its zone, like 2026-01-31T08:00:00Z, from 1970 to 2100"

  /// The text of a time.
  static func text(_ time: Timestamp) -> String {
    let milliseconds = time.milliseconds
    let day =
      milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
    let rest = milliseconds - day * 86_400_000
    let date = civil(day)
    return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T"
      + "\(pad(rest / 3_600_000, 2)):\(pad(rest / 60_000 % 60, 2)):\(pad(rest / 1000 % 60, 2))."
      + "\(pad(rest % 1000, 3))Z"
  }

  /// The time of a JSON value, from 1970 to `Timestamp.latest`.
  static func time(_ value: JSONValue) throws(JSONError) -> Timestamp {
    if value.kind == .string {
      let time = try value.withUTF8 { (text: Span<UInt8>) throws(JSONError) in parse(text) }
      guard let time, time >= .zero, time <= .latest else {
        throw value.error(.invalid, Self.expected)
      }
      return time
    }
    let number = try value.double()
    // Both ranges end in the year 2100, so that the conversion has room.
    if milliseconds.contains(number) { return Timestamp(milliseconds: Int64(number)) }
    if seconds.contains(number) {
      return Timestamp(milliseconds: Int64((number * 1000).rounded()))
    }
    throw value.error(.outOfRange, "\(Self.expected), found \(number)")
  }

  /// The time of an RFC 3339 text; nil when it is none. A leap second is the second after it.
  static func parse(_ text: Span<UInt8>) -> Timestamp? {
    guard text.count <= textBytesMax else { return nil }
    var reader = Reader(text: text.indices.map { text[$0] })
    guard let year = reader.digits(4), reader.take(0x2D), let month = reader.digits(2),
      reader.take(0x2D), let day = reader.digits(2),
      reader.take(0x54) || reader.take(0x74) || reader.take(0x20), let hour = reader.digits(2),
      reader.take(0x3A), let minute = reader.digits(2), reader.take(0x3A),
      let second = reader.digits(2), month >= 1, month <= 12, day >= 1,
      day <= days(in: month, of: year), hour <= 23, minute <= 59, second <= 60
    else { return nil }
    var milliseconds: Int64 = 0
    if reader.take(0x2E) {
      guard let fraction = reader.fraction() else { return nil }
      milliseconds = fraction
    }
    guard let offset = reader.zone(), reader.isAtEnd else { return nil }
    let date = daysSince1970(year: year, month: month, day: day)
    let seconds = date * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
    return Timestamp(milliseconds: seconds * 1000 + milliseconds)
  }

  private struct Reader {
    let text: [UInt8]
    var at = 0

    var isAtEnd: Bool { at == text.count }

    mutating func take(_ byte: UInt8) -> Bool {
      guard at < text.count, text[at] == byte else { return false }
      at += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int64? {
      guard at + count <= text.count else { return nil }
      var number: Int64 = 0
      for _ in 0..<count {
        let digit = text[at] &- 0x30
        guard digit <= 9 else { return nil }
        number = number * 10 + Int64(digit)
        at += 1
      }
      return number
    }

    /// Milliseconds of 1 to 9 digits behind the point.
    mutating func fraction() -> Int64? {
      var number: Int64 = 0
      var count = 0
      while at < text.count, text[at] &- 0x30 <= 9, count < 10 {
        if count < 3 { number = number * 10 + Int64(text[at] &- 0x30) }
        count += 1
        at += 1
      }
      guard count >= 1, count <= 9 else { return nil }
      for _ in 0..<max(0, 3 - count) { number *= 10 }
      return number
    }

    /// Minutes ahead of UTC.
    mutating func zone() -> Int64? {
      if take(0x5A) || take(0x7A) { return 0 }
      let sign: Int64
      if take(0x2B) { sign = 1 } else if take(0x2D) { sign = -1 } else { return nil }
      guard let hours = digits(2), take(0x3A), let minutes = digits(2), hours <= 23, minutes <= 59
      else { return nil }
      return sign * (hours * 60 + minutes)
    }
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is
  /// the last one.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month > 2 ? year : year - 1
    let month = month > 2 ? month - 3 : month + 9
    let leapDays = year / 4 - year / 100 + year / 400
    return year * 365 + leapDays + (153 * month + 2) / 5 + day - 1 - 719_468
  }

  private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * part + 2) / 5 + 1)
  }

  private static func pad(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
