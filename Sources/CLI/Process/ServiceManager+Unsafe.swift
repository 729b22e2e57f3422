internal import Glibc

// Safe because the address is a local value whose true length the call is told.

/// The service manager that started this process, if there is one (`Type=notify` of systemd): it is
/// told what the process is at, by datagrams to the socket that NOTIFY_SOCKET names.
struct ServiceManager {
  private let path: [UInt8]

  /// nil when no manager waits.
  init?(environment: [String: String]) {
    guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@"),
      name.utf8.count < 108
    else { return nil }
    path = Array(name.utf8)
  }

  /// Sends lines such as `READY=1`.
  func tell(_ lines: String...) {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.enumerated() { unsafe room[index] = byte }
      // A name in the abstract space begins with a zero.
      if path.first == UInt8(ascii: "@") { unsafe room[0] = 0 }
    }
    let head = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
    let length = socklen_t(head + path.count)
    let text = Array(lines.joined(separator: "\n").utf8)
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = unsafe sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), address, length)
      }
    }
  }
}
