internal import CMicroHTTPD
internal import Glibc

// Safe because the library passes back what it was given: the core, which outlives the daemon, and
// for each connection the object that `connectionChanged` retained at its start and releases at its
// end. All callbacks of one connection come from one thread.

/// The library has a request's whole target, before it changes it in place.
nonisolated func targetArrived(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let handle = unsafe handle, let target = unsafe target,
    let info = unsafe updraft_mhd_info(handle, .CONNECTION_INFO_SOCKET_CONTEXT),
    let pointer = unsafe info.pointee.socket_context
  else { return nil }
  let count = unsafe strlen(target)
  unsafe Unmanaged<HTTPConnection>.fromOpaque(pointer)._withUnsafeGuaranteedRef { connection in
    let kept = min(count, connection.core.limits.urlBytes)
    connection.target.removeAll(keepingCapacity: true)
    unsafe connection.target.append(
      contentsOf: UnsafeRawBufferPointer(start: UnsafeRawPointer(target), count: kept))
    connection.targetCount = count
    connection.begin()
  }
  return unsafe pointer
}

/// Targets stay as they were sent: they are decoded once, by `Percent`.
nonisolated func leaveEscaped(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
  _ text: UnsafeMutablePointer<CChar>?
) -> Int {
  guard let text = unsafe text else { return 0 }
  return unsafe strlen(text)
}

/// The head is complete, a piece of the body has come, or the request is complete.
nonisolated func requestAdvanced(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ target: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
  _ data: UnsafePointer<CChar>?, _ dataCount: UnsafeMutablePointer<Int>?,
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let pointer = unsafe request?.pointee, let dataCount = unsafe dataCount else {
    return .NO
  }
  let connection = unsafe Unmanaged<HTTPConnection>.fromOpaque(pointer).takeUnretainedValue()
  let count = unsafe dataCount.pointee
  switch connection.stage {
  case .head:
    guard let handle = unsafe handle, let target = unsafe target, let method = unsafe method,
      let version = unsafe version,
      let info = unsafe updraft_mhd_info(handle, .CONNECTION_INFO_REQUEST_HEADER_SIZE)
    else { return .NO }
    let start = unsafe UnsafeRawPointer(method)
    return unsafe connection.headArrived(
      UnsafeRawBufferPointer(start: start, count: info.pointee.header_size),
      targetStart: UnsafeRawPointer(target) - start, versionStart: UnsafeRawPointer(version) - start
    ) ? .YES : .NO
  case .body where count > 0:
    unsafe dataCount.pointee = 0
    let piece = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(data), count: count)
    return unsafe connection.bodyArrived(piece) ? .YES : .NO
  case .body: return connection.requestComplete() ? .YES : .NO
  case .handed: return connection.queueAnswer() ? .YES : .NO
  case .discarding where count > 0:
    unsafe dataCount.pointee = 0
    return .YES
  case .refused: return .YES
  case .discarding, .dead: return .NO
  }
}

/// The library is done with a request, answered or not.
nonisolated func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ how: MHD_RequestTerminationCode
) {
  guard let pointer = unsafe request?.pointee else { return }
  unsafe Unmanaged<HTTPConnection>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.finish() }
}

/// A connection has been accepted or is about to be closed.
nonisolated func connectionChanged(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
  _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ change: MHD_ConnectionNotificationCode
) {
  guard let context = unsafe context, let handle = unsafe handle,
    let socketContext = unsafe socketContext
  else { return }
  if change == .CONNECTION_NOTIFY_CLOSED {
    guard let pointer = unsafe socketContext.pointee else { return }
    let connection = unsafe Unmanaged<HTTPConnection>.fromOpaque(pointer).takeRetainedValue()
    unsafe socketContext.pointee = nil
    return connection.core.leave(connection)
  }
  guard let info = unsafe updraft_mhd_info(handle, .CONNECTION_INFO_CONNECTION_FD) else {
    return
  }
  let core = unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
  let socket = unsafe info.pointee.connect_fd
  let connection = unsafe HTTPConnection(
    core, handle: handle, socket: socket, address: peerAddress(handle))
  unsafe socketContext.pointee = Unmanaged.passRetained(connection).toOpaque()
  guard let kind = core.enter(connection) else { return }
  guard connection.move(.waiting, .cut) else { return }
  let requestID = connection.madeRequestID(0)
  let response = core.render(
    kind, "the server has as many connections as it allows: try again later", requestID: requestID)
  RawSocket.send(response.wire(requestID: requestID), to: socket)
  RawSocket.shut(socket)
}

private func peerAddress(_ handle: OpaquePointer) -> PeerAddress {
  guard let info = unsafe updraft_mhd_info(handle, .CONNECTION_INFO_CLIENT_ADDRESS),
    let address = unsafe info.pointee.client_addr
  else { return .unknown }
  let raw = UnsafeRawPointer(address)
  switch unsafe Int32(address.pointee.sa_family) {
  case AF_INET:
    let v4 = unsafe raw.loadUnaligned(as: sockaddr_in.self)
    return PeerAddress(v4: UInt32(bigEndian: v4.sin_addr.s_addr))
  case AF_INET6:
    let offset = unsafe raw + (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8)
    return unsafe PeerAddress(
      high: UInt64(bigEndian: offset.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: offset.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  default: return .unknown
  }
}
