internal import Feed
internal import HTTP
internal import Sync

/// The answers to requests with an `Idempotency-Key`, kept for a day so that a retry gets the same
/// answer and does nothing.
///
/// Bounded in entries and bytes; beyond it the oldest answers go. What a forgotten or restarted
/// server can't answer again is still done once, because identifiers are derived from the key.
final class Idempotency: @unchecked Sendable {
  // Sendable: the table and the order are only touched under `lock`.

  /// An answer as it is given again.
  struct Answer: Equatable, Sendable {
    var status: Int
    var contentType: String?
    var headers: [Response.Field]
    var body: [UInt8]
  }

  /// What a request with a key is.
  enum Verdict: Sendable {
    /// The first of its kind: work, and complete the ticket.
    case fresh(IdempotencyTicket)
    /// A retry.
    case replay(Answer)
    /// The key came with another request before.
    case reused
    /// The first request is still being worked on.
    case inFlight
  }

  private struct Entry {
    var fingerprint: [UInt8]
    var answer: Answer?
    var started: UInt64
  }

  /// How long an answer is kept, in nanoseconds.
  static let keptTicks: UInt64 = 24 * 3_600 * 1_000_000_000
  /// The longest key, in bytes.
  static let keyBytesMax = 255
  private let entriesMax: Int
  private let bytesMax: Int
  private let lock = Lock()
  private var entries: [String: Entry] = [:]
  /// Completed keys, oldest first, from `orderStart` on.
  private var order: [(name: String, started: UInt64)] = []
  private var orderStart = 0
  private var bytes = 0

  init(entriesMax: Int = 100_000, bytesMax: Int = 64 << 20) {
    self.entriesMax = entriesMax
    self.bytesMax = bytesMax
  }

  /// Whether a text may be a key: printable ASCII.
  static func isKey(_ text: String) -> Bool {
    (1...keyBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// Looks a request up and notes it when it is the first.
  ///
  /// - Parameters:
  ///   - scope: the caller; keys of different callers are different.
  ///   - fingerprint: a digest of the whole request.
  func begin(scope: String, key: String, fingerprint: [UInt8], ticks: UInt64) -> Verdict {
    let name = scope + "\n" + key
    return lock.withLock {
      expire(ticks)
      if let entry = entries[name] {
        guard entry.fingerprint == fingerprint else { return .reused }
        return entry.answer.map(Verdict.replay) ?? .inFlight
      }
      entries[name] = Entry(fingerprint: fingerprint, answer: nil, started: ticks)
      return .fresh(IdempotencyTicket(store: self, name: name))
    }
  }

  /// Answers kept now.
  var count: Int { lock.withLock { entries.count } }

  fileprivate func complete(_ name: String, _ answer: Answer?) {
    lock.withLock {
      guard var entry = entries[name], entry.answer == nil else { return }
      guard let answer else {
        entries[name] = nil
        return
      }
      entry.answer = answer
      entries[name] = entry
      order.append((name, entry.started))
      bytes += Self.size(name, answer)
      while order.count - orderStart > entriesMax || bytes > bytesMax { dropOldest() }
    }
  }

  private func expire(_ ticks: UInt64) {
    while orderStart < order.count, ticks > order[orderStart].started,
      ticks - order[orderStart].started > Self.keptTicks
    {
      dropOldest()
    }
  }

  private func dropOldest() {
    guard orderStart < order.count else { return }
    let name = order[orderStart].name
    orderStart += 1
    if let answer = entries.removeValue(forKey: name)?.answer { bytes -= Self.size(name, answer) }
    if orderStart > 1_024, orderStart * 2 > order.count {
      order.removeFirst(orderStart)
      orderStart = 0
    }
  }

  private static func size(_ name: String, _ answer: Answer) -> Int {
    name.utf8.count + answer.body.count + 256
  }
}

/// The right to complete a request with an `Idempotency-Key`. A ticket that goes away without an
/// answer frees the key, so that a retry can work.
final class IdempotencyTicket: Sendable {
  private let store: Idempotency
  private let name: String

  fileprivate init(store: Idempotency, name: String) {
    self.store = store
    self.name = name
  }

  deinit { store.complete(name, nil) }

  /// Keeps an answer, unless it is one that a retry should not get: a fault of the moment.
  func complete(_ response: Response) {
    let isMomentary = response.status >= 500 || response.status == 429 || response.status == 409
    guard !isMomentary else { return store.complete(name, nil) }
    let body: [UInt8]
    switch response.body {
    case .empty: body = []
    case .bytes(let bytes): body = bytes
    case .shared(let shared): body = shared.bytes
    }
    store.complete(
      name,
      Idempotency.Answer(
        status: response.status, contentType: response.contentType, headers: response.headers,
        body: body))
  }

  /// An identifier that every retry derives again: the log's window of event ids then tells the
  /// retry even after a restart.
  func derivedID(_ index: Int) -> String { Self.derivedID(name, index) }

  private static func derivedID(_ name: String, _ index: Int) -> String {
    "k" + Base64URL.encode(Crypto.sha256(Array((name + "\n" + String(index)).utf8)).prefix(18))
  }
}
