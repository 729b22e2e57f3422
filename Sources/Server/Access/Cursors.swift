internal import Feed

/// Cursors: the place of the next page of a ranked set, signed for one user and one query.
struct Cursors: Sendable {
  /// What a cursor is bound to beside its place.
  struct Binding: Equatable, Sendable {
    /// The user whose pages these are; empty = nobody's.
    var user: String
    var surface: String
    var item = ""
    var category = ""
    var region = ""

    fileprivate var bytes: [UInt8] {
      var bytes: [UInt8] = []
      for text in [user, surface, item, category, region] {
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
      }
      return bytes
    }
  }

  private static let version: UInt8 = 1
  private static let payloadBytes = 20
  private let signer: Signer
  private let ageMs: Int64

  init(secret: Secret, ageMs: Int64) {
    signer = Signer(key: secret.key(for: "cursor"))
    self.ageMs = max(1_000, ageMs)
  }

  /// The text of a place. Whether the pages are nobody's is told, since any anonymous caller may
  /// follow those.
  func text(_ position: PagePosition, for binding: Binding, now: Timestamp) -> String {
    var payload: [UInt8] = [Self.version, binding.user.isEmpty ? 1 : 0]
    payload.append(bigEndian: position.set)
    payload.append(bigEndian: UInt32(clamping: position.start))
    payload.append(bigEndian: UInt16(clamping: position.limit))
    payload.append(bigEndian: now.advanced(milliseconds: ageMs).seconds)
    return signer.sign(payload, context: binding.bytes)
  }

  /// The place that a text stands for.
  ///
  /// - Parameters:
  ///   - binding: of the request that shows the cursor.
  ///   - isAnonymous: whether the caller may also follow nobody's pages.
  /// - Returns: the place, and whose pages they are.
  /// - Throws: `invalid-cursor` when it was not made for this caller and query, `cursor-expired`
  /// when
  ///   its time is over.
  func position(
    _ text: String, for binding: Binding, isAnonymous: Bool, now: Timestamp
  ) throws(Problem) -> (position: PagePosition, user: String) {
    var owner = binding
    let opened = signer.open(text, payloadBytes: Self.payloadBytes) { payload in
      let payload = Array(payload)
      guard payload[0] == Self.version else { return nil }
      if payload[1] == 1 {
        guard isAnonymous || owner.user.isEmpty else { return nil }
        owner.user = ""
      } else if payload[1] != 0 || owner.user.isEmpty {
        return nil
      }
      return owner.bytes
    }
    guard var payload = opened else {
      throw Problem(
        .invalidCursor,
        "The cursor was not made for this caller and query: ask for the first page without it.")
    }
    payload.removeFirst(2)
    let set = payload.takeNumber(UInt64.self)
    let start = Int(payload.takeNumber(UInt32.self))
    let limit = Int(payload.takeNumber(UInt16.self))
    let seconds = Int64(payload.takeNumber(UInt32.self))
    guard now < Timestamp(milliseconds: seconds * 1000) else {
      throw Problem(.cursorExpired, "The cursor is too old: ask for the first page without it.")
    }
    return (PagePosition(set: set, start: start, limit: limit), owner.user)
  }
}
