internal import Glibc
internal import Synchronization

// Safe because every pointer handed to `posix_spawn` belongs to an array or object that lives
// through the call, each descriptor is closed once, and the process is waited for once.

/// A program that runs beside this one and ends with it at the latest.
package final class ChildProcess: Sendable {
  /// How a program ended.
  package struct Ending: Equatable, Sendable {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    package let code: Int32
    /// What it wrote to standard output.
    package let output: String
    /// What it wrote to standard error.
    package let error: String
  }

  /// The process's number.
  package let id: Int32
  private let output: Capture
  private let error: Capture
  private let hasEnded = Atomic<Bool>(false)

  /// Starts a program, found along PATH when its name has no slash, with nothing to read.
  ///
  /// - Parameter environment: its whole environment; nil: this process's own.
  /// - Throws: `Failure` when there is no such program.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil
  ) throws(Failure) {
    output = try Capture()
    error = try Capture()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, error.descriptor, 2)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // Signals that this process keeps for its waiting thread are the child's own again.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = unsafe ([program] + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    let variables = environment ?? Environment.variables
    var entries = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") }
    unsafe entries.append(nil)
    defer {
      unsafe words.forEach { unsafe free($0) }
      unsafe entries.forEach { unsafe free($0) }
    }
    var id = pid_t()
    let status = unsafe posix_spawnp(&id, program, &actions, &attributes, words, entries)
    guard status == 0 else {
      throw Failure("no-program", "\(program): \(unsafe String(cString: strerror(status)))")
    }
    self.id = id
  }

  deinit { if !hasEnded.load(ordering: .acquiring) { end(SIGKILL) } }

  /// What it has written to standard output so far.
  package var outputSoFar: String { output.text }

  /// What it has written to standard error so far.
  package var errorSoFar: String { error.text }

  /// Waits until it has written `text` to standard output.
  ///
  /// - Returns: whether it has; not when it ended or that took longer than `seconds`.
  package func waitForOutput(_ text: String, seconds: Double = 60) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      let isLast = !isRunning
      if output.text.contains(text) { return true }
      if isLast { return false }
      _ = poll(nil, 0, 5)
    }
    return false
  }

  /// Lets everything else that wants the processor go first.
  package func lowerPriority() {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(id), 19)
  }

  /// Sends it a signal.
  package func signal(_ number: Int32) { kill(id, number) }

  /// Whether it still runs.
  package var isRunning: Bool {
    var info = unsafe siginfo_t()
    guard !hasEnded.load(ordering: .acquiring) else { return false }
    let status = unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOHANG | WNOWAIT)
    return unsafe status == 0 && info.si_signo == 0
  }

  /// Waits until it has ended; call it once.
  package func wait() -> Ending {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    hasEnded.store(true, ordering: .releasing)
    let signal = status & 0x7f
    let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    return Ending(code: code, output: output.text, error: error.text)
  }

  /// Sends a signal and waits; call it once.
  @discardableResult
  package func end(_ number: Int32) -> Ending {
    signal(number)
    return wait()
  }
}

/// A file without a name that takes what a program writes.
private final class Capture: Sendable {
  let descriptor: Int32

  init() throws(Failure) {
    let pattern = "/tmp/updraft-output-" + String(repeating: "X", count: 6)
    var name = Array(pattern.utf8CString)
    descriptor = unsafe mkstemp(&name)
    guard descriptor >= 0 else {
      throw Failure("file-unavailable", "/tmp: no file can be made for a program's output")
    }
    unsafe unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  var text: String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count))
      }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
