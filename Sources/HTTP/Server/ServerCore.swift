internal import Sync
internal import Synchronization

/// What the callbacks of the HTTP library, the sweeper and the exchanges share.
final class ServerCore: @unchecked Sendable {
  // Sendable: `connections` and `perAddress` are touched only while `gate` is held; the rest is
  // immutable or atomic.
  let limits: HTTPLimits
  let counters = HTTPCounters()
  let handler: @Sendable (Exchange) -> Void
  let longBody: @Sendable (AnnouncedBody) -> Int
  let refusal: @Sendable (Refusal) -> Response
  /// Eight random hexadecimal digits that begin the request identifiers of this server.
  let prefix: String
  let isDraining = Atomic<Bool>(false)
  let isStopping = Atomic<Bool>(false)
  let gate = Lock()
  private var connections: [HTTPConnection] = []
  private var perAddress: [PeerAddress: Int] = [:]

  init(
    limits: HTTPLimits, refusal: @escaping @Sendable (Refusal) -> Response,
    longBody: @escaping @Sendable (AnnouncedBody) -> Int,
    handler: @escaping @Sendable (Exchange) -> Void
  ) {
    self.limits = limits
    self.refusal = refusal
    self.longBody = longBody
    self.handler = handler
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    prefix = String(repeating: "0", count: 8 - random.utf8.count) + random
  }

  /// Renders and counts a refusal; its connection closes.
  func render(_ kind: Refusal.Kind, _ detail: String, requestID: String) -> Response {
    counters.countRefusal(kind)
    var response = refusal(Refusal(kind: kind, detail: detail, requestID: requestID))
    response.closes = true
    return response
  }

  /// Enters a connection that was just accepted; the refusal, if it is one too many.
  func enter(_ connection: HTTPConnection) -> Refusal.Kind? {
    counters.acceptedCount.wrappingAdd(1, ordering: .relaxed)
    counters.openCount.wrappingAdd(1, ordering: .relaxed)
    return gate.withLock {
      connection.position = connections.count
      connections.append(connection)
      let ofAddress = perAddress[connection.address, default: 0] + 1
      perAddress[connection.address] = ofAddress
      if connections.count > limits.connections { return .tooManyConnections }
      let bound = limits.connectionsPerAddress
      return bound > 0 && ofAddress > bound ? .tooManyConnectionsFromAddress : nil
    }
  }

  /// Removes a connection before its socket closes.
  func leave(_ connection: HTTPConnection) {
    counters.openCount.wrappingSubtract(1, ordering: .relaxed)
    gate.withLock {
      connection.isClosed = true
      let last = connections.removeLast()
      if last !== connection {
        connections[connection.position] = last
        last.position = connection.position
      }
      let left = perAddress[connection.address, default: 1] - 1
      perAddress[connection.address] = left > 0 ? left : nil
    }
  }

  /// Cuts the connections that are past a deadline.
  func sweep(now: UInt64) {
    let late = gate.withLock {
      connections.compactMap { connection in
        connection.cut(now: now, limits, draining: isDraining.load(ordering: .relaxed))
          .map { (connection, $0) }
      }
    }
    for (connection, verdict) in late {
      var bytes: [UInt8] = []
      if verdict == .readTimeout {
        let requestID = connection.madeRequestID(connection.sequence)
        let response = render(
          .readTimeout, "the request was not complete within \(limits.readMilliseconds) ms",
          requestID: requestID)
        bytes = response.wire(requestID: requestID)
      } else if verdict == .writeTimeout {
        counters.countRefusal(.writeTimeout)
      }
      gate.withLock {
        guard !connection.isClosed else { return }
        if !bytes.isEmpty { RawSocket.send(bytes, to: connection.socket) }
        RawSocket.shut(connection.socket)
      }
    }
  }

  /// Whether no request is being read, handled or answered.
  func isIdle(now: UInt64) -> Bool {
    gate.withLock { !connections.contains { $0.isBusy(now: now) } }
  }

  /// Answers every waiting exchange with 503; whether none is left that a handler could still hold.
  func answerWaiting() -> Bool {
    let open = gate.withLock { connections.filter(\.isWithHandler) }
    for connection in open { connection.answerStopping() }
    return open.isEmpty && counters.suspendedCount.load(ordering: .acquiring) == 0
  }
}
