internal import Feed
internal import Glibc
internal import Sync

/// A program of the build that a test starts, reads and kills. Safe because the argument strings
/// live until `posix_spawn` returns, and the descriptor has one owner.
public final class TrialProcess {
  /// Why a program could not be started.
  public struct Failure: Error {
    /// The program.
    public let path: String
    /// The system's number of the failure.
    public let number: Int32
  }

  private static let starting = Lock()
  private let process: pid_t
  private let output: Int32
  private var buffer: [UInt8] = []
  private var status: Int32?

  /// Starts a program with its output on a pipe.
  public init(_ path: String, _ arguments: [String]) throws(Failure) {
    var ends: [Int32] = [0, 0]
    var process: pid_t = 0
    // One at a time: a pipe that another child inherited would not end with its own.
    let started = Self.starting.withLock { () -> Int32 in
      guard unsafe pipe(&ends) == 0 else { return errno }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var actions = unsafe posix_spawn_file_actions_t()
      unsafe posix_spawn_file_actions_init(&actions)
      unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      var strings = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
      let started = unsafe posix_spawn(&process, path, &actions, nil, &strings, environ)
      for index in unsafe strings.indices { unsafe free(strings[index]) }
      unsafe posix_spawn_file_actions_destroy(&actions)
      Glibc.close(ends[1])
      return started
    }
    self.process = process
    output = ends[0]
    guard started == 0 else { throw Failure(path: path, number: started) }
  }

  deinit {
    kill()
    _ = wait()
    Glibc.close(output)
  }

  /// A program that was built beside the tests.
  public static func built(
    _ name: String, _ arguments: [String]
  ) throws(Failure) -> TrialProcess {
    var path = [CChar](repeating: 0, count: 4_096)
    let length = unsafe readlink("/proc/self/exe", &path, path.count)
    let own = String(
      decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
    return try TrialProcess("\(folder)/\(name)", arguments)
  }

  /// The next line of the output; nil at its end.
  public func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0a) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line
      }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let got = unsafe chunk.withUnsafeMutableBytes { bytes in
        unsafe read(output, bytes.baseAddress, bytes.count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return nil }
      buffer += chunk[..<got]
    }
  }

  /// The lines up to the end of the output.
  public func lines() -> [String] {
    var lines: [String] = []
    while let line = line() { lines.append(line) }
    return lines
  }

  /// Kills the program at once (signal 9), unless it has ended.
  public func kill() { if status == nil { Glibc.kill(process, SIGKILL) } }

  /// Waits for the end: the exit status, or minus the signal that ended it.
  public func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while unsafe waitpid(process, &raw, 0) < 0 && errno == EINTR {}
    let signal = raw & 0x7f
    let ended = signal == 0 ? (raw >> 8) & 0xff : -signal
    status = ended
    return ended
  }
}
