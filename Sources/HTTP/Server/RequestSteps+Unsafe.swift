internal import CMicroHTTPD
internal import Synchronization

// Safe because these steps run in the library's callbacks for this connection, on its I/O thread;
// the bytes they are given are copied before they return.

extension HTTPConnection {
  /// A request line has come.
  func begin() {
    let isFirst = sequence == 0
    if !isFirst { since.store(CoarseClock.milliseconds, ordering: .relaxed) }
    stage = move(.waiting, .reading, next: 1) ? .head : .dead
  }

  /// Checks the head; false closes the connection.
  func headArrived(
    _ raw: UnsafeRawBufferPointer, targetStart: Int, versionStart: Int
  ) -> Bool {
    let limits = core.limits
    if targetCount > limits.urlBytes {
      return refuse(.urlTooLong, "the target is longer than \(limits.urlBytes) bytes", nil)
    }
    if raw.count > limits.headBytes {
      return refuse(.headTooLarge, "the head is longer than \(limits.headBytes) bytes", nil)
    }
    guard targetStart >= 0, targetStart + targetCount <= raw.count else {
      return refuse(.malformed, "the request line is not METHOD TARGET VERSION", nil)
    }
    let layout = RequestHead.Layout(
      targetStart: targetStart, targetCount: targetCount, versionStart: versionStart)
    do throws(RequestHead.Fault) {
      let head = unsafe try readHead(raw, layout)
      self.head = head
      bodyMax = limits.bodyBytes
      if let length = head.contentLength {
        if length > bodyMax {
          bodyMax = max(bodyMax, core.longBody(AnnouncedBody(head, bytes: length)))
        }
        guard length <= bodyMax else {
          return refuse(.bodyTooLarge, "the body is longer than \(bodyMax) bytes", head)
        }
        body.reserveCapacity(min(length, 256 << 10))
      }
      stage = .body
      return true
    } catch {
      return refuse(error.kind, error.detail, nil)
    }
  }

  /// The head in bytes of its own; the one of the request before when it is the same.
  private func readHead(
    _ raw: UnsafeRawBufferPointer, _ layout: RequestHead.Layout
  ) throws(RequestHead.Fault) -> RequestHead {
    if let keptHead, unsafe keptHead.isSame(raw, target, layout) { return keptHead }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: raw.count) { room, count in
      unsafe UnsafeMutableRawBufferPointer(room).copyMemory(from: raw)
      unsafe target.withUnsafeBytes { sent in
        let place = unsafe UnsafeMutableRawBufferPointer(room)[
          layout.targetStart..<layout.targetStart + sent.count]
        unsafe UnsafeMutableRawBufferPointer(rebasing: place).copyMemory(from: sent)
      }
      count = raw.count
    }
    let head = try RequestHead(bytes, layout, limits: core.limits)
    keptHead = raw.count <= RequestHead.keptBytesMax ? head : nil
    return head
  }

  /// Takes a piece of the body; false closes the connection.
  func bodyArrived(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard piece.count <= bodyMax - body.count else {
      body = []
      return refuse(
        .bodyTooLarge, "the body is longer than \(bodyMax) bytes", head, midBody: true)
    }
    let usual = max(1, core.limits.bodyBytes)
    let before = body.count / usual
    unsafe body.append(contentsOf: piece)
    // Each usual length of a long body has the time of a usual body.
    if body.count / usual > before {
      since.store(CoarseClock.milliseconds, ordering: .relaxed)
    }
    return true
  }

  /// Gives the request to the handler; false closes the connection.
  func requestComplete() -> Bool {
    guard let head, move(.reading, .handling) else { return false }
    self.head = nil
    stage = .handed
    let sequence = self.sequence
    dispatch(head, sequence)
    if phase == .answered { return queueAnswer() }
    suspend()
    return true
  }

  /// Nothing here holds the exchange when this returns, so that a dropped one answers itself.
  @inline(never)
  private func dispatch(_ head: RequestHead, _ sequence: UInt64) {
    core.counters.requestCount.wrappingAdd(1, ordering: .relaxed)
    answerID = requestID(head, sequence)
    if core.isStopping.load(ordering: .acquiring) {
      return refuse(
        sequence, .stopping, "the server is stopping: try again", requestID: answerID)
    }
    var content: [UInt8] = []
    swap(&content, &body)
    if head.isGzip, !content.isEmpty {
      do throws(Gzip.Failure) {
        content = try Gzip.inflate(content, bytesMax: core.limits.inflatedBytes)
      } catch {
        let kind: Refusal.Kind = error == .tooLarge ? .inflatedTooLarge : .malformedBody
        let detail =
          error == .tooLarge
          ? "the body inflates to more than \(core.limits.inflatedBytes) bytes"
          : "the body is not one whole gzip stream"
        return refuse(sequence, kind, detail, requestID: answerID)
      }
    }
    core.handler(
      Exchange(head, body: content, requestID: answerID, self, sequence: sequence))
  }

  /// Gives the answer to the library; false closes the connection.
  func queueAnswer() -> Bool {
    switch takeAnswer() {
    case .own(let response): return queue(response, requestID: answerID)
    case .shared(let shared): return queue(shared, requestID: answerID)
    case nil: return false
    }
  }

  private func queue(_ response: Response, requestID: String) -> Bool {
    let closes = startWriting()
    guard let made = MadeAnswer(response, requestID: requestID, closes: closes) else {
      return false
    }
    return unsafe made.queue(on: handle)
  }

  private func queue(_ shared: SharedResponse, requestID: String) -> Bool {
    let closes = startWriting()
    if !closes,
      let isQueued = unsafe madeAnswer?.queue(shared, requestID: requestID, on: handle)
    {
      return isQueued
    }
    guard let made = MadeAnswer(shared.response, of: shared, requestID: requestID, closes: closes),
      unsafe made.queue(on: handle)
    else { return false }
    madeAnswer = made.isWorthKeeping ? consume made : nil
    return true
  }

  /// Notes that the answer is on its way; whether the connection closes after it.
  private func startWriting() -> Bool {
    since.store(CoarseClock.milliseconds, ordering: .relaxed)
    word.store(sequence << 8 | Phase.writing.rawValue, ordering: .releasing)
    return core.isDraining.load(ordering: .relaxed)
  }

  /// Answers a request that does not reach the handler, and closes. If a body is on its way, the
  /// answer is written beside the library, which would wait for the body, and the body is
  /// thrown away for a while: closing at once would reset the connection before the client has
  /// read.
  private func refuse(
    _ kind: Refusal.Kind, _ detail: String, _ head: RequestHead?, midBody: Bool = false
  ) -> Bool {
    let requestID = self.requestID(head, sequence)
    let response = core.render(kind, detail, requestID: requestID)
    let bodyComes = head.map { $0.announcesBody && !$0.expectsContinue } ?? true
    guard midBody || bodyComes else {
      stage = .refused
      guard move(.reading, .writing) else { return false }
      return queue(response, requestID: requestID)
    }
    since.store(CoarseClock.milliseconds, ordering: .relaxed)
    guard move(.reading, .lingering) else { return false }
    RawSocket.send(response.wire(requestID: requestID), to: socket)
    RawSocket.shutWrite(socket)
    stage = .discarding
    return true
  }
}
