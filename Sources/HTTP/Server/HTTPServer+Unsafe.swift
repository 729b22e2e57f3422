internal import CMicroHTTPD
internal import Glibc
internal import Sync
internal import Synchronization

// Safe because the core is retained here until the daemon has stopped and with it every callback,
// and the daemon is stopped once.

/// An HTTP/1.1 server over libmicrohttpd.
///
///     let server = try HTTPServer(listen: "127.0.0.1:0") { exchange in
///       exchange.respond(Response(bytes: Array(#"{"ok":true}"#.utf8)))
///     }
///     print(server.port)
///
/// The handler runs on an I/O thread: it answers at once what it has in memory and gives the
/// exchange to another thread for anything that takes longer. The server speaks plain HTTP/1.1;
/// TLS and HTTP/2 are a proxy's matter. What libmicrohttpd itself finds unreadable (no HTTP
/// version, a header without a colon, a head beyond all its memory) it answers with a plain 400,
/// 414, 431 or 505 of its own and closes: those do not pass the hook and are not counted. A client
/// that pipelines should not: what it sent behind a request that is answered late is read only when
/// more bytes arrive.
@safe public final class HTTPServer: @unchecked Sendable {
  // Sendable: the daemon pointer is immutable and its library is made for several threads.
  private let core: ServerCore
  private let daemon: OpaquePointer
  private let listener: ListenSocket
  private let sweeper: Thread
  private let isStopped = Atomic<Bool>(false)

  /// Starts to listen and to serve.
  ///
  /// - Parameters:
  ///   - listen: `ADDRESS:PORT` with a literal address, IPv6 in brackets; port 0 takes a free one.
  ///   - limits: every bound.
  ///   - threads: I/O threads, at least 1.
  ///   - refusal: renders the answer to what the server itself refuses; status and headers are the
  ///     hook's, the connection closes.
  ///   - longBody: how many bytes a body may have that is announced to be longer than
  ///     `limits.bodyBytes`; asked before any of it is read.
  ///   - handler: gets every sound request, of any method.
  public init(
    listen: String, limits: HTTPLimits = HTTPLimits(), threads: Int = 1,
    refusal: @escaping @Sendable (Refusal) -> Response = Refusal.plain,
    longBody: @escaping @Sendable (AnnouncedBody) -> Int = { _ in 0 },
    handler: @escaping @Sendable (Exchange) -> Void
  ) throws(HTTPServerError) {
    listener = try ListenSocket(listen)
    ListenSocket.raiseFileLimit(to: limits.connections + 512)
    let core = ServerCore(
      limits: limits, refusal: refusal, longBody: longBody, handler: handler)
    self.core = core
    var settings = unsafe updraft_mhd_settings()
    unsafe settings.flags =
      MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
      | MHD_USE_TURBO.rawValue | (listener.isV6 ? MHD_USE_IPv6.rawValue : 0)
    unsafe settings.listen_socket = listener.descriptor
    unsafe settings.threads = UInt32(clamping: max(1, threads))
    // Above our own bound, so that ours answers; at the library's it would stop accepting.
    unsafe settings.connections = UInt32(clamping: limits.connections + 64 * max(1, threads))
    unsafe settings.connection_memory = limits.connectionMemory
    unsafe settings.handler = requestAdvanced
    unsafe settings.completed = requestCompleted
    unsafe settings.connection = connectionChanged
    unsafe settings.uri_log = targetArrived
    unsafe settings.unescape = leaveEscaped
    unsafe settings.context = Unmanaged.passUnretained(core).toOpaque()
    guard let daemon = unsafe updraft_mhd_start(&settings) else {
      let code = errno
      close(listener.descriptor)
      throw .system(call: "MHD_start_daemon", code: code)
    }
    unsafe self.daemon = daemon
    let deadline = min(limits.readMilliseconds, limits.writeMilliseconds)
    let period = max(5, min(250, deadline / 4))
    sweeper = Thread {
      while !core.isStopping.load(ordering: .acquiring) {
        core.gate.withLock { core.gate.wait(milliseconds: period) }
        core.sweep(now: CoarseClock.milliseconds)
      }
    }
  }

  deinit { stop() }

  /// The port that the server listens on.
  public var port: Int { listener.port }

  /// The address and port that the server listens on.
  public var address: String { listener.text }

  /// What the server has done, for metrics.
  public var counters: HTTPCounters { core.counters }

  /// Stops accepting, closes connections that wait for a next request, and lets each of the others
  /// close after its answer.
  public func beginDrain() {
    guard !core.isDraining.exchange(true, ordering: .acquiringAndReleasing) else { return }
    listener.silence()
    core.gate.signalAll()
  }

  /// Waits until no request is being read, handled or answered.
  ///
  /// - Returns: false if that did not happen within `timeoutSeconds`.
  public func waitUntilIdle(timeoutSeconds: Double) -> Bool {
    let start = CoarseClock.milliseconds
    let patience = UInt64(clamping: Int(exactly: (timeoutSeconds * 1000).rounded()) ?? 0)
    while true {
      let now = CoarseClock.milliseconds
      if core.isIdle(now: now) { return true }
      if now - start >= patience { return false }
      core.gate.withLock { core.gate.wait(milliseconds: 10) }
    }
  }

  /// Ends at once: exchanges that wait are answered with 503, connections are closed, the threads
  /// have ended when it returns. Must not be called by the handler. A second call does nothing.
  public func stop() {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    beginDrain()
    core.isStopping.store(true, ordering: .sequentiallyConsistent)
    while !core.answerWaiting() {
      core.gate.withLock { core.gate.wait(milliseconds: 1) }
    }
    unsafe MHD_stop_daemon(daemon)
    core.gate.signalAll()
    sweeper.join()
  }
}
