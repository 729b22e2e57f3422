internal import Glibc

// Safe because every socket address is a local value that the system call reads or fills with its
// true size, and the descriptor is checked after each call.

/// A listening TCP socket on a literal address.
struct ListenSocket {
  let descriptor: Int32
  let port: Int
  let isV6: Bool
  /// The address as given, with the port that was chosen.
  let text: String

  /// Listens on `ADDRESS:PORT` or `[ADDRESS]:PORT`; port 0 takes a free one.
  init(_ listen: String) throws(HTTPServerError) {
    guard let colon = listen.lastIndex(of: ":"),
      let port = UInt16(listen[listen.index(after: colon)...])
    else { throw .badAddress(listen) }
    var host = String(listen[..<colon])
    isV6 = host.hasPrefix("[") && host.hasSuffix("]")
    if isV6 { host = String(host.dropFirst().dropLast()) }
    var v4 = sockaddr_in()
    var v6 = sockaddr_in6()
    v4.sin_family = sa_family_t(AF_INET)
    v4.sin_port = port.bigEndian
    v6.sin6_family = sa_family_t(AF_INET6)
    v6.sin6_port = port.bigEndian
    let parsed =
      isV6
      ? unsafe inet_pton(AF_INET6, host, &v6.sin6_addr)
      : unsafe inet_pton(AF_INET, host, &v4.sin_addr)
    guard parsed == 1 else { throw .badAddress(listen) }

    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let socket = Glibc.socket(isV6 ? AF_INET6 : AF_INET, kind, 0)
    guard socket >= 0 else { throw .system(call: "socket", code: errno) }
    Self.enable(socket, SOL_SOCKET, SO_REUSEADDR)
    if isV6 { Self.enable(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
    let bound =
      isV6
      ? unsafe Self.address(&v6) { unsafe bind(socket, $0, $1) }
      : unsafe Self.address(&v4) { unsafe bind(socket, $0, $1) }
    guard bound == 0, Glibc.listen(socket, 4096) == 0 else {
      let code = errno
      close(socket)
      throw Self.failure(code, listen)
    }
    _ =
      isV6
      ? unsafe Self.address(&v6) { address, size in
        var size = size
        return unsafe getsockname(socket, address, &size)
      }
      : unsafe Self.address(&v4) { address, size in
        var size = size
        return unsafe getsockname(socket, address, &size)
      }
    descriptor = socket
    self.port = Int(UInt16(bigEndian: isV6 ? v6.sin6_port : v4.sin_port))
    text = "\(listen[..<colon]):\(self.port)"
  }

  /// Stops listening for good, while the HTTP library keeps the descriptor until it stops: its own
  /// way to do this aborts the process if an I/O thread looks at the same moment. The number then
  /// names a socket to which nobody can send, and the last reference to the listening
  /// socket is gone, which closes it and takes it out of every epoll set in one step.
  func silence() {
    let quiet = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard quiet >= 0 else { return RawSocket.shut(descriptor) }
    dup2(quiet, descriptor)
    close(quiet)
  }

  private static func failure(_ code: Int32, _ listen: String) -> HTTPServerError {
    switch code {
    case EADDRINUSE: .addressInUse(listen)
    case EACCES: .notPermitted(listen)
    case EADDRNOTAVAIL: .addressNotAvailable(listen)
    default: .system(call: "bind", code: code)
    }
  }

  private static func enable(_ socket: Int32, _ level: Int32, _ option: Int32) {
    var one: Int32 = 1
    unsafe setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func address<Value>(
    _ value: inout Value, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    let size = socklen_t(MemoryLayout<Value>.size)
    return unsafe withUnsafeMutablePointer(to: &value) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
    }
  }

  /// Lets the process open as many files as the system allows it, for many connections.
  static func raiseFileLimit(to wanted: Int) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
    unsafe setrlimit(resource, &limit)
  }
}

/// What the server does to a socket beside the HTTP library.
enum RawSocket {
  /// Writes what the socket takes at once.
  static func send(_ bytes: [UInt8], to socket: Int32) {
    _ = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Ends both directions: the HTTP library then sees the end and closes.
  static func shut(_ socket: Int32) { shutdown(socket, Int32(SHUT_RDWR)) }

  /// Ends our direction: the client sees the end of the answer while it still sends.
  static func shutWrite(_ socket: Int32) { shutdown(socket, Int32(SHUT_WR)) }
}
