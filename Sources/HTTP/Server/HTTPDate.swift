/// A second as the field `Date` tells it: RFC 9110, section 5.6.7.
package struct HTTPDate: Equatable {
  /// Seconds since 1970.
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  /// The present, a few milliseconds late at most.
  static var now: HTTPDate { HTTPDate(seconds: CoarseClock.secondsOfDay) }

  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// For example `Sun, 06 Nov 1994 08:49:37 GMT`; before 1970 it is 1970.
  package var text: String {
    let (day, second) = max(0, seconds).quotientAndRemainder(dividingBy: 86_400)
    let (year, month, date) = Self.calendar(day)
    let time = [second / 3600, second / 60 % 60, second % 60].map(Self.two)
    return "\(Self.weekdays[day % 7]), \(Self.two(date)) \(Self.months[month - 1]) \(year) "
      + time.joined(separator: ":") + " GMT"
  }

  /// The date of a day since 1970: `civil_from_days` of Howard Hinnant's "chrono-Compatible
  /// Low-Level Date Algorithms", whose years begin in March.
  private static func calendar(_ day: Int) -> (year: Int, month: Int, date: Int) {
    let (era, ofEra) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let march = (5 * ofYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * march + 2) / 5 + 1)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
