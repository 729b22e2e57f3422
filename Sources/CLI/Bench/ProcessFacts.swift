/// What the system has counted of a process.
enum ProcessFacts {
  /// Microseconds of CPU that it has used so far, its threads together.
  static func cpuMicroseconds(_ id: Int32) throws -> Double {
    let text = String(decoding: try Files.read("/proc/\(id)/stat"), as: UTF8.self)
    // The name in parentheses may hold blanks; user and system ticks are the 12th and 13th behind.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw Failure("proc", "/proc/\(id)/stat has another form")
    }
    // A tick is 10 ms on every Linux that this runs on (USER_HZ).
    return (user + system) * 10_000
  }
}
