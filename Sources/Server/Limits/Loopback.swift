/// Names of this machine's own loopback interface.
enum Loopback {
  /// Whether `host` or `host:port`, as in an address to listen on or in a `Host` field, names it.
  static func isNamed(by text: String) -> Bool {
    let host: Substring
    if text.hasPrefix("[") {
      host = text.dropFirst().prefix { $0 != "]" }
    } else {
      host = text.prefix { $0 != ":" }
    }
    return host == "localhost" || host == "::1" || isLoopback(ipv4: host)
  }

  private static func isLoopback(ipv4 text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
