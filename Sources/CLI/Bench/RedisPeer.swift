/// Redis, asked by its own benchmark through a pipeline.
final class RedisPeer {
  private let scratch: ScratchFolder
  private let process: ChildProcess
  private let socket: String

  /// Starts it; `Failure` when it is not installed.
  init() throws {
    scratch = try ScratchFolder("updraft-bench")
    socket = scratch.path + "/socket"
    process = try ChildProcess(
      "redis-server",
      [
        "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir",
        scratch.path,
      ])
    guard process.waitForOutput("eady to accept connections", seconds: 10) else {
      throw Failure("redis", "redis-server did not start: \(process.outputSoFar)")
    }
  }

  /// Members a second that are added to sorted sets, as inboxes are written.
  func sortedSetAdds(count: Int) throws -> Double {
    let ending = try ChildProcess(
      "redis-benchmark",
      [
        "-s", socket, "-P", "1000", "-c", "4", "-n", "\(count)", "-r", "1000000", "--csv", "zadd",
        "inbox:__rand_int__", "1767225600", "post:__rand_int__",
      ]
    ).wait()
    // "zadd inbox:…","1234567.00",…
    let cells = ending.output.split(separator: "\n").last?.split(separator: ",") ?? []
    let rate = cells.dropFirst().first.flatMap { Double($0.filter { $0 != "\"" }) }
    guard ending.code == 0, let rate else {
      throw Failure("redis", "redis-benchmark: \(ending.output) \(ending.error)")
    }
    return rate
  }
}
