/// The load generator wrk, and what it costs the server in CPU.
struct Wrk {
  private let url: String
  private let header: String?
  private let process: Int32

  init(_ url: String, header: String?, process: Int32) {
    self.url = url
    self.header = header
    self.process = process
  }

  static var isInstalled: Bool {
    (try? ChildProcess("wrk", ["--version"]).wait()) != nil
  }

  /// Microseconds of the server's CPU for one request, under 64 connections.
  func cpuPerRequest(seconds: Int) throws -> Double {
    let before = try ProcessFacts.cpuMicroseconds(process)
    var words = ["-t1", "-c64", "-d\(seconds)s", url]
    if let header { words = ["-H", header] + words }
    let ending = try ChildProcess("wrk", words).wait()
    let cpu = try ProcessFacts.cpuMicroseconds(process) - before
    guard ending.code == 0, !ending.output.contains("Non-2xx"), let requests = Self.count(ending)
    else { throw Failure("wrk", "wrk of \(url): \(ending.output) \(ending.error)") }
    return cpu / Double(requests)
  }

  /// "  123456 requests in 3.00s, 1.00GB read"
  private static func count(_ ending: ChildProcess.Ending) -> Int? {
    for line in ending.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 2, words[1] == "requests", words[2] == "in" { return Int(words[0]) }
    }
    return nil
  }
}
