internal import Glibc

// Safe because the descriptor is owned by one object and closed once, and each call passes a buffer
// with its true length.

/// A bare TCP connection to a server on this machine, for requests that no client would send.
public final class RawConnection: Sendable {
  private let descriptor: Int32

  /// Connects to `127.0.0.1:port`.
  ///
  /// - Throws: `HTTPClientError.notConnected`.
  public init(port: Int) throws(HTTPClientError) {
    let url = "127.0.0.1:\(port)"
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0, let number = UInt16(exactly: port) else {
      throw .notConnected(url: url, reason: "no socket")
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    guard connected == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      close(descriptor)
      throw .notConnected(url: url, reason: reason)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Writes all of `bytes`; false if the server no longer takes them.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
        return unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Writes `text` as UTF-8; false if the server no longer takes it.
  @discardableResult
  public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  /// Ends our direction: the server sees the end of what we send.
  public func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Reads until `stop` says that the bytes so far are enough, the server closes, or nothing has
  /// come for `timeoutMilliseconds`.
  ///
  /// - Returns: the bytes, and whether the server has closed.
  public func read(
    timeoutMilliseconds: Int = 10_000, until stop: ([UInt8]) -> Bool = { _ in false }
  ) -> (bytes: [UInt8], closed: Bool) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while !stop(bytes) {
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&watched, 1, Int32(clamping: timeoutMilliseconds)) > 0 else {
        return (bytes, false)
      }
      let count = unsafe chunk.withUnsafeMutableBytes { room in
        unsafe recv(descriptor, room.baseAddress, room.count, 0)
      }
      guard count > 0 else { return (bytes, true) }
      bytes += chunk[..<count]
    }
    return (bytes, false)
  }

  /// Writes a request and reads until the server closes.
  ///
  /// - Returns: the text of the answer, and whether the server has closed.
  public func exchange(
    _ request: String, timeoutMilliseconds: Int = 10_000
  ) -> (text: String, closed: Bool) {
    write(request)
    let (bytes, closed) = read(timeoutMilliseconds: timeoutMilliseconds)
    return (String(decoding: bytes, as: UTF8.self), closed)
  }
}
