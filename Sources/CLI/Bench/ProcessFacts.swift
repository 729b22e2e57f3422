/// What the system has counted of a process.
enum ProcessFacts {
  /// Microseconds of CPU that it has used so far, its threads together.
  static func cpuMicroseconds(_ id: Int32) throws -> Double {
    try cpuMicroseconds("\(id)")
  }

  /// Bytes of memory that it holds.
  static func residentBytes(_ id: Int32) throws -> Int {
    let text = String(decoding: try Files.read("/proc/\(id)/statm"), as: UTF8.self)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else {
      throw Failure("proc", "/proc/\(id)/statm has another form")
    }
    // A page is 4 KiB where this runs.
    return pages * 4_096
  }

  /// The share of one core that this process has while `body` runs: below 1 for a piece of work on
  /// one thread, something else had the machine.
  static func share<Result>(of body: () throws -> Result) throws -> (result: Result, share: Double)
  {
    let start = ContinuousClock.now
    let before = try cpuMicroseconds("self")
    let result = try body()
    let cpu = try cpuMicroseconds("self") - before
    return (result, cpu / max(1, Progress.seconds(start.duration(to: .now)) * 1e6))
  }

  private static func cpuMicroseconds(_ name: String) throws -> Double {
    let text = String(decoding: try Files.read("/proc/\(name)/stat"), as: UTF8.self)
    // The name in parentheses may hold blanks; user and system ticks are the 12th and 13th behind.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw Failure("proc", "/proc/\(name)/stat has another form")
    }
    // A tick is 10 ms on every Linux that this runs on (USER_HZ).
    return (user + system) * 10_000
  }
}
