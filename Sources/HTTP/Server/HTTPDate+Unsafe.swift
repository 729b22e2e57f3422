internal import Glibc

// Safe because the C library writes the calendar to a place of its own.

/// A second as the field `Date` tells it: RFC 9110, section 5.6.7.
package struct HTTPDate: Equatable {
  /// Seconds since 1970.
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  /// The present, a few milliseconds late at most.
  static var now: HTTPDate { HTTPDate(seconds: CoarseClock.secondsOfDay) }

  // Not the names of the environment's language.
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// For example `Sun, 06 Nov 1994 08:49:37 GMT`; before 1970 it is 1970.
  package var text: String {
    var second = max(0, seconds)
    var date = unsafe tm()
    unsafe gmtime_r(&second, &date)
    let (hour, minute, rest) = unsafe (date.tm_hour, date.tm_min, date.tm_sec)
    let (weekday, month) = unsafe (Int(date.tm_wday), Int(date.tm_mon))
    let (day, year) = unsafe (date.tm_mday, date.tm_year + 1900)
    return "\(Self.weekdays[weekday]), \(Self.two(day)) \(Self.months[month]) \(year) "
      + "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(rest)) GMT"
  }

  private static func two(_ number: Int32) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
