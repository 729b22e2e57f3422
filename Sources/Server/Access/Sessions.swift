internal import Feed

/// Anonymous sessions: a user who is nobody, named by a signed text that the client keeps.
struct Sessions: Sendable {
  /// A session as its text tells it.
  struct Session: Equatable, Sendable {
    /// The user, `anon:` and 20 random letters.
    var user: String
    /// When the text ends.
    var until: Timestamp
    /// When half of its time will be over.
    var agesAt: Timestamp
    /// Whether more than half of its time is over.
    var isAging: Bool
  }

  private static let version: UInt8 = 1
  private static let nameBytes = 15
  private static let payloadBytes = 20
  private let signer: Signer
  /// How long a text is good.
  let ageMs: Int64

  init(secret: Secret, ageMs: Int64) {
    signer = Signer(key: secret.key(for: "anonymous session"))
    self.ageMs = max(60_000, ageMs)
  }

  /// The user and text of a new session.
  func make(now: Timestamp) -> String { text(name: Crypto.random(Self.nameBytes), now: now) }

  /// A text for the same user with its time anew.
  func renew(_ session: Session, now: Timestamp) -> String? {
    let name = session.user.dropFirst(World.anonymousPrefix.count)
    return Base64URL.decode(name).map { text(name: $0, now: now) }
  }

  /// The session of a text; nil when it was not made here or has ended.
  func session(_ text: String, now: Timestamp) -> Session? {
    guard
      var payload = signer.open(
        text, payloadBytes: Self.payloadBytes, context: { $0.first == Self.version ? [] : nil })
    else { return nil }
    payload.removeFirst()
    let name = payload.prefix(Self.nameBytes)
    payload.removeFirst(Self.nameBytes)
    let seconds = Int64(payload.takeNumber(UInt32.self))
    let until = Timestamp(milliseconds: seconds * 1000)
    guard now < until else { return nil }
    let agesAt = until.advanced(milliseconds: -(ageMs / 2))
    return Session(
      user: World.anonymousPrefix + Base64URL.encode(name), until: until, agesAt: agesAt,
      isAging: agesAt < now)
  }

  private func text(name: [UInt8], now: Timestamp) -> String {
    var payload: [UInt8] = [Self.version] + name
    payload.append(bigEndian: now.advanced(milliseconds: ageMs).seconds)
    return signer.sign(payload)
  }
}
