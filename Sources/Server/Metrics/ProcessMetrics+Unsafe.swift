internal import Glibc

// Safe because every pointer handed to the system is that of a variable or a buffer of the length
// that is named beside it, and a folder's handle is closed on the only way out.

/// What the system counts of this process, under the names that Prometheus's own clients use.
enum ProcessMetrics {
  /// Writes the families `process_*`.
  ///
  /// - Parameter started: seconds since 1970 at which the server was made.
  static func write(started: Double, into text: inout PrometheusText) {
    var usage = rusage()
    if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
      text.single(
        "process_cpu_seconds_total", .counter, "User and system time.",
        seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }
    if let pages = memoryPages() {
      let bytes = Double(sysconf(Int32(_SC_PAGESIZE)))
      text.single(
        "process_virtual_memory_bytes", .gauge, "Address space in use.", Double(pages.all) * bytes)
      text.single(
        "process_resident_memory_bytes", .gauge, "Memory in use.", Double(pages.resident) * bytes)
    }
    if let open = openFiles() {
      text.single("process_open_fds", .gauge, "Open files and connections.", Double(open))
    }
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      text.single(
        "process_max_fds", .gauge, "Files and connections that may be open.",
        Double(limit.rlim_cur))
    }
    text.single(
      "process_start_time_seconds", .gauge, "When the server was made, since 1970.", started)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }

  /// The first two numbers of /proc/self/statm.
  private static func memoryPages() -> (all: Int, resident: Int)? {
    let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let all = Int(fields[0]), let resident = Int(fields[1]) else {
      return nil
    }
    return (all, resident)
  }

  /// Entries of /proc/self/fd, less the one through which they are read.
  private static func openFiles() -> Int? {
    guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
    defer { unsafe closedir(folder) }
    var count = 0
    while unsafe readdir(folder) != nil { count += 1 }
    // "." and ".." are entries too.
    return max(0, count - 3)
  }
}
