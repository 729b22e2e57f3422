internal import CMicroHTTPD
internal import Synchronization

// Safe because `handle` is used only where the HTTP library guarantees that it lives: in the
// library's callbacks for this connection, and to resume it while it is suspended, which the phase
// allows exactly once for each request. `socket` is used by other threads only under the core's
// gate while `isClosed` is false, and the library closes the socket after `leave` has taken the
// gate. A name is written into room for exactly its count of bytes, each of them once.

/// One client connection, which serves one request after another.
///
/// `word` holds the sequence number of the request and its phase; each change of phase is one
/// compare-and-swap, so the I/O thread, the answering thread and the sweeper never disagree.
@safe final class HTTPConnection: @unchecked Sendable {
  // Sendable: plain fields belong to the I/O thread, to the gate, or (`answerSlot`) to the thread
  // that has claimed the answer until it publishes the phase `answered`.
  enum Phase: UInt64 {
    /// No complete request line yet.
    case waiting
    /// The head or the body is arriving.
    case reading
    /// The handler runs on the I/O thread.
    case handling
    /// The handler has returned without an answer.
    case suspended
    /// The answer is in the slot.
    case answered
    /// The answer is with the HTTP library.
    case writing
    /// Refused with the body still arriving, which is thrown away.
    case lingering
    /// Past a deadline or one too many: no further step is taken.
    case cut
  }

  /// What the next call of the access handler means.
  enum Stage { case head, body, handed, discarding, refused, dead }

  let core: ServerCore
  let address: PeerAddress
  let socket: Int32
  /// What the identifiers of its requests begin with.
  private let prefix: [UInt8]

  // Guarded by the core's gate.
  var position = 0
  var isClosed = false

  // Of the I/O thread.
  var handle: OpaquePointer
  var stage = Stage.head
  var target: [UInt8] = []
  var targetCount = 0
  var head: RequestHead?
  /// The head of the request before, in case that the next one is the same.
  var keptHead: RequestHead?
  /// The answer to it, likewise.
  var madeAnswer: MadeAnswer?
  var body: [UInt8] = []
  /// Bytes that the body may have.
  var bodyMax = 0
  var answerID = ""

  /// What a request is answered with.
  enum Answer {
    /// An answer of its own.
    case own(Response)
    /// One that others get too.
    case shared(SharedResponse)
  }

  private var answerSlot: Answer?
  let word = Atomic<UInt64>(0)
  let claimed = Atomic<UInt64>(0)
  let since: Atomic<UInt64>

  init(_ core: ServerCore, handle: OpaquePointer, socket: Int32, address: PeerAddress) {
    self.core = core
    unsafe self.handle = handle
    self.socket = socket
    self.address = address
    let number = core.counters.acceptedCount.load(ordering: .relaxed)
    prefix = Array((core.prefix + "-" + String(number, radix: 16) + "-").utf8)
    since = Atomic(CoarseClock.milliseconds)
  }

  var sequence: UInt64 { word.load(ordering: .acquiring) >> 8 }

  var phase: Phase { Phase(rawValue: word.load(ordering: .acquiring) & 0xFF) ?? .cut }

  /// Moves from one phase to another; false if another thread has moved first.
  func move(_ from: Phase, _ to: Phase, next: UInt64 = 0) -> Bool {
    let sequence = self.sequence
    return word.compareExchange(
      expected: sequence << 8 | from.rawValue, desired: (sequence &+ next) << 8 | to.rawValue,
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  // MARK: Answers, from any thread

  /// Whether the request of that number still waits for somebody to answer it.
  func isOpen(_ sequence: UInt64) -> Bool { claimed.load(ordering: .acquiring) < sequence }

  /// Answers the request of that number if nobody has; wakes the connection if it sleeps.
  func answer(_ sequence: UInt64, _ answer: consuming Answer) -> Bool {
    let old = claimed.load(ordering: .acquiring)
    guard old < sequence,
      claimed.compareExchange(expected: old, desired: sequence, ordering: .acquiringAndReleasing)
        .exchanged
    else { return false }
    answerSlot = answer
    let before = word.exchange(
      sequence << 8 | Phase.answered.rawValue, ordering: .acquiringAndReleasing)
    if before & 0xFF == Phase.suspended.rawValue { resume() }
    return true
  }

  /// Answers with a refusal.
  func refuse(_ sequence: UInt64, _ kind: Refusal.Kind, _ detail: String, requestID: String) {
    _ = answer(sequence, .own(core.render(kind, detail, requestID: requestID)))
  }

  /// Answers 503 for a server that stops.
  func answerStopping() {
    let sequence = self.sequence
    guard isOpen(sequence), phase == .suspended else { return }
    refuse(
      sequence, .stopping, "the server is stopping: try again",
      requestID: madeRequestID(sequence))
  }

  private func resume() {
    unsafe MHD_resume_connection(handle)
    core.counters.suspendedCount.wrappingSubtract(1, ordering: .releasing)
  }

  // MARK: The I/O thread

  /// Puts the connection to sleep unless the answer came meanwhile.
  func suspend() {
    core.counters.suspendedCount.wrappingAdd(1, ordering: .relaxed)
    unsafe MHD_suspend_connection(handle)
    guard move(.handling, .suspended) else { return resume() }
    if core.isStopping.load(ordering: .acquiring) { answerStopping() }
  }

  /// Takes the answer out of its slot.
  func takeAnswer() -> Answer? {
    var answer: Answer?
    swap(&answer, &answerSlot)
    return answer
  }

  /// Gets ready for the next request of the connection.
  func finish() {
    head = nil
    if body.capacity > 0 { body.removeAll(keepingCapacity: body.capacity <= 64 << 10) }
    stage = .head
    since.store(CoarseClock.milliseconds, ordering: .relaxed)
    let word = self.word.load(ordering: .acquiring)
    guard word & 0xFF != Phase.cut.rawValue else { return }
    _ = self.word.compareExchange(
      expected: word, desired: word & ~0xFF, ordering: .acquiringAndReleasing)
  }

  // MARK: Names

  /// The client's identifier for the request if it is sound, otherwise ours.
  func requestID(_ head: RequestHead?, _ sequence: UInt64) -> String {
    guard let sent = head?.field("x-request-id"), 1...64 ~= sent.utf8.count,
      sent.utf8.allSatisfy(Self.isNamed)
    else { return madeRequestID(sequence) }
    return sent
  }

  private static func isNamed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  func madeRequestID(_ sequence: UInt64) -> String {
    let digits = max(1, (67 - sequence.leadingZeroBitCount) / 4)
    let count = prefix.count + digits
    return unsafe String(unsafeUninitializedCapacity: count) { room in
      _ = unsafe room.update(fromContentsOf: prefix)
      var rest = sequence
      for index in stride(from: count - 1, through: prefix.count, by: -1) {
        let digit = UInt8(truncatingIfNeeded: rest & 0xF)
        unsafe room[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        rest >>= 4
      }
      return count
    }
  }

  // MARK: The sweeper

  /// Claims the connection for cutting if it is past its deadline: what to tell the client, with
  /// `.stopping` for nothing.
  func cut(now: UInt64, _ limits: HTTPLimits, draining: Bool) -> Refusal.Kind? {
    let word = self.word.load(ordering: .acquiring)
    let since = self.since.load(ordering: .relaxed)
    let age = now > since ? Int(clamping: now - since) : 0
    let isFirst = word >> 8 == 0
    let verdict: Refusal.Kind
    let allowed: Int
    switch Phase(rawValue: word & 0xFF) {
    case .waiting where draining && !isFirst: (verdict, allowed) = (.stopping, -1)
    case .waiting where isFirst: (verdict, allowed) = (.readTimeout, limits.readMilliseconds)
    case .waiting: (verdict, allowed) = (.stopping, limits.inactivitySeconds * 1000)
    case .reading: (verdict, allowed) = (.readTimeout, limits.readMilliseconds)
    case .writing: (verdict, allowed) = (.writeTimeout, limits.writeMilliseconds)
    case .lingering: (verdict, allowed) = (.stopping, 2000)
    default: return nil
    }
    guard age > allowed else { return nil }
    let done = self.word.compareExchange(
      expected: word, desired: word & ~0xFF | Phase.cut.rawValue, ordering: .acquiringAndReleasing)
    return done.exchanged ? verdict : nil
  }

  /// Whether a request is under way; a connection without one counts for its first 200 ms.
  func isBusy(now: UInt64) -> Bool {
    switch phase {
    case .reading, .handling, .suspended, .answered, .writing: true
    case .waiting: sequence == 0 && now < since.load(ordering: .relaxed) + 200
    case .lingering, .cut: false
    }
  }

  /// Whether a handler has the request.
  var isWithHandler: Bool { phase == .handling || phase == .suspended }
}
