internal import Feed

/// How times are written in an input.
public enum TimeUnit: String, CaseIterable, Sendable {
  /// Numbers from 100,000,000,000 on are milliseconds, smaller ones seconds; the rest is RFC 3339.
  case auto
  case milliseconds = "ms"
  case seconds = "s"
  case rfc3339

  /// The forms that are taken, in words.
  public var expected: String {
    switch self {
    case .auto: "seconds or milliseconds since 1970, \(Self.rfc3339.expected)"
    case .milliseconds: "milliseconds since 1970"
    case .seconds: "seconds since 1970"
    case .rfc3339: "2026-03-01 12:00:00 (UTC), or RFC 3339 such as 2026-03-01T12:00:00+01:00"
    }
  }

  /// The time of a text, from 1970 to 2100; nil when it is none.
  func time(_ text: String) -> Timestamp? {
    let time: Timestamp?
    switch self {
    case .rfc3339: time = Self.calendarTime(text)
    case .milliseconds: time = Int64(text).map(Timestamp.init(milliseconds:))
    case .seconds: time = Self.number(text, scale: 1000)
    case .auto:
      if let whole = Int64(text), whole >= 100_000_000_000 {
        time = Timestamp(milliseconds: whole)
      } else {
        time = Self.number(text, scale: 1000) ?? Self.calendarTime(text)
      }
    }
    guard let time, time >= .zero, time <= .latest else { return nil }
    return time
  }

  private static func number(_ text: String, scale: Double) -> Timestamp? {
    guard let number = Double(text), number >= 0, number < 1e13 else { return nil }
    return Timestamp(milliseconds: Int64((number * scale).rounded()))
  }

  /// "2026-01-31T08:00:00.250+01:00"; a blank may stand for the T, and no zone means UTC.
  private static func calendarTime(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A,
      bytes[16] == 0x3A, [0x54, 0x74, 0x20].contains(bytes[10]),
      let year = number(bytes, 0..<4), let month = number(bytes, 5..<7),
      let day = number(bytes, 8..<10), let hour = number(bytes, 11..<13),
      let minute = number(bytes, 14..<16), let second = number(bytes, 17..<19),
      (1...12).contains(month), (1...days(month, year)).contains(day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var at = 19
    var milliseconds = 0
    if at < bytes.count, bytes[at] == 0x2E {
      at += 1
      var scale = 100
      while at < bytes.count, bytes[at] &- 0x30 <= 9 {
        milliseconds += Int(bytes[at] &- 0x30) * scale
        scale /= 10
        at += 1
      }
    }
    guard let ahead = zone(bytes[at...]) else { return nil }
    let seconds =
      dayNumber(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - ahead * 60
    return Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(milliseconds))
  }

  /// Minutes ahead of UTC.
  private static func zone(_ bytes: ArraySlice<UInt8>) -> Int? {
    let bytes = Array(bytes)
    if bytes.isEmpty || bytes == [0x5A] || bytes == [0x7A] { return 0 }
    guard bytes.count == 6, bytes[3] == 0x3A, bytes[0] == 0x2B || bytes[0] == 0x2D,
      let hours = number(bytes, 1..<3), let minutes = number(bytes, 4..<6), hours < 24, minutes < 60
    else { return nil }
    return (bytes[0] == 0x2B ? 1 : -1) * (hours * 60 + minutes)
  }

  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    var number = 0
    for byte in bytes[range] {
      guard byte &- 0x30 <= 9 else { return nil }
      number = number * 10 + Int(byte &- 0x30)
    }
    return number
  }

  private static func days(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01: years are counted from March, so that a leap day is the last of one.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    return years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day
      - 719_469
  }
}
