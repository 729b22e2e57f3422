/// An IP address in 16 bytes; IPv4 stands in its last four behind `::ffff:`.
struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
  var high: UInt64
  var low: UInt64

  /// An unknown address.
  static let unknown = PeerAddress(high: 0, low: 0)

  /// An IPv4 address in host order.
  init(v4 address: UInt32) {
    high = 0
    low = 0xFFFF_0000_0000 | UInt64(address)
  }

  /// An IPv6 address.
  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// IPv4 in dots; IPv6 in eight groups without leading zeros.
  var description: String {
    if isV4 {
      return [24, 16, 8, 0].map { String((low >> $0) & 0xFF) }.joined(separator: ".")
    }
    let groups = [high, low].flatMap { word in
      [48, 32, 16, 0].map { String((word >> $0) & 0xFFFF, radix: 16) }
    }
    return groups.joined(separator: ":")
  }
}
