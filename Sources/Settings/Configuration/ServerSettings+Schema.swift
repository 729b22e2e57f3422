public import Feed

extension ServerSettings {
  /// The settings of the block `server`.
  public static let schema = Schema<ServerSettings>(
    settings: addresses + sizes + times + identity,
    rules: [
      .init("body_bytes_max", "must not be above inflated_bytes_max") {
        $0.bodyBytesMax <= $0.inflatedBytesMax
      }
    ])

  private static let addresses: [Setting<ServerSettings>] = [
    Setting(
      "listen", \.listen,
      .text(bytes: 3...256, hint: "host:port, such as 127.0.0.1:8080", where: isAddress),
      "Address and port. Any address but a loopback one is open to others. Port 0: a free one."),
    Setting("io_threads", \.ioThreads, .integer(in: 1...256), "Threads that serve connections."),
    Setting(
      "connections_max", \.connectionsMax, .integer(in: 1...1_000_000), "Open connections."),
    Setting(
      "connections_per_address_max", \.connectionsPerAddressMax, .integer(in: 0...1_000_000),
      "Open connections of one address at most; 0: any number."),
  ]

  private static let sizes: [Setting<ServerSettings>] = [
    Setting(
      "body_bytes_max", \.bodyBytesMax, .bytes(in: 1024...(1 << 30)),
      "The largest body as sent; a model sent by an admin may have 256 MiB."),
    Setting(
      "inflated_bytes_max", \.inflatedBytesMax, .bytes(in: 1024...(1 << 30)),
      "The largest body after inflating."),
    Setting(
      "header_bytes_max", \.headerBytesMax, .bytes(in: 1024...(1 << 20)),
      "The largest request line and headers together."),
    Setting(
      "header_fields_max", \.headerFieldsMax, .integer(in: 8...1024), "Header fields at most."),
    Setting(
      "url_bytes_max", \.urlBytesMax, .bytes(in: 128...(64 << 10)), "The longest request target."),
    Setting(
      "batch_events_max", \.batchEventsMax, .integer(in: 1...1_000_000),
      "Events in one request at most."),
  ]

  private static let times: [Setting<ServerSettings>] = [
    Setting(
      "read", \.readMs, .duration(in: 100...3_600_000),
      "The time within which a whole request must have arrived."),
    Setting(
      "idle", \.idleMs, .duration(in: 100...3_600_000), "The time that a connection may idle."),
    Setting(
      "user_requests_per_second", \.userRequestsPerSecond, .number(in: 0.01...1_000_000),
      "Requests a second that one user may make, on average."),
    Setting(
      "user_burst", \.userBurst, .integer(in: 1...1_000_000),
      "Requests that one user may make at once."),
    Setting(
      "drain", \.drainMs, .duration(in: 0...3_600_000),
      "How long a stop waits for requests in flight."),
  ]

  private static let identity: [Setting<ServerSettings>] = [
    Setting(
      "token_age", \.tokenAgeMs, .duration(in: 1000...(3650 * 86_400_000)),
      "How long a token made by `updraft keys token` is good."),
    Setting(
      "token_issuer", \.tokenIssuer, .text(bytes: 1...256, hint: "the name of an issuer"),
      "Whose tokens are believed: the iss claim."),
    Setting(
      "token_audience", \.tokenAudience, .text(bytes: 1...256, hint: "the name of an audience"),
      "For whom tokens must be made: the aud claim."),
    Setting(
      "token_public_key", \.tokenPublicKey, .text(bytes: 0...4096, hint: "a file name or nothing"),
      "A PEM file with the public key of another issuer (RS256 or ES256); empty: own tokens only."),
    Setting(
      "token_skew", \.tokenSkewMs, .duration(in: 0...600_000),
      "Clocks may differ by this much when a token's times are checked."),
    Setting(
      "anonymous", \.anonymous, .flag, "Whether a request without a token gets a session."),
    Setting(
      "unknown_items", \.unknownItems, .choice,
      "What a service's interaction with an unknown item does: makes the item, or is refused."),
  ]

  /// A host, a colon, a port.
  private static func isAddress(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else { return false }
    let port = text[text.index(after: colon)...]
    return UInt16(port) != nil && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
