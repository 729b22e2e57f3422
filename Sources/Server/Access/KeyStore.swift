public import Feed
internal import Sync

/// A service key as it is kept: never the key itself.
public struct ServiceKey: Equatable, Sendable {
  /// The public part, by which it is found, listed and revoked.
  public var id: String
  /// SHA-256 of the whole key.
  var hash: [UInt8]
  /// What it may do.
  public var scope: Scope
  /// What people call it.
  public var label: String
  /// When it was made.
  public var created: Timestamp
}

/// The service keys of a data folder. Several processes may use it at once: a key made or revoked
/// by one is seen by the others within a second.
///
///     let store = try KeyStore(path: folder + "/keys.db", time: time)
///     let key = try store.create(scope: .service, label: "importer")
public final class KeyStore: @unchecked Sendable {
  // Sendable: the table and what was read of it are only touched under `lock`.
  private static let prefix = "uk_"
  private static let idBytes = 9
  private static let secretBytes = 32
  private static let keyTextBytes = 3 + 12 + 1 + 43
  /// How long a look at the file is good, in nanoseconds: under a second, so that a revocation is
  /// seen within one.
  private static let freshTicks: UInt64 = 900_000_000

  private let lock = Lock()
  private let table: KeyTable
  private let time: any TimeSource
  private var known: [String: ServiceKey] = [:]
  private var version: Int64 = -1
  private var checked: UInt64?

  /// Opens the keys in a file, which is made when it is missing.
  ///
  /// - Throws: `AccessError.keys` with the path and the reason.
  public init(path: String, time: any TimeSource) throws(AccessError) {
    table = try KeyTable(path: path)
    self.time = time
  }

  /// Makes a key. It is told once and kept hashed.
  ///
  /// - Parameter label: what people call it, at most 128 bytes without control characters.
  public func create(scope: Scope, label: String = "") throws(AccessError) -> String {
    guard label.isEmpty || Identifier.isValid(label) else {
      throw .keys("the label is longer than \(Identifier.bytesMax) bytes or has control characters")
    }
    let id = Base64URL.encode(Crypto.random(Self.idBytes))
    let key = Self.prefix + id + "_" + Base64URL.encode(Crypto.random(Self.secretBytes))
    let record = ServiceKey(
      id: id, hash: Crypto.sha256(Array(key.utf8)), scope: scope, label: label, created: time.now)
    try lock.withLock { () throws(AccessError) in
      try table.insert(record)
      known[id] = record
    }
    return key
  }

  /// Every key, oldest first.
  public func list() throws(AccessError) -> [ServiceKey] {
    try lock.withLock { () throws(AccessError) in try table.all() }
  }

  /// Ends a key.
  ///
  /// - Returns: whether there was one.
  @discardableResult
  public func revoke(id: String) throws(AccessError) -> Bool {
    try lock.withLock { () throws(AccessError) in
      known[id] = nil
      return try table.delete(id: id)
    }
  }

  /// Whether a credential has the shape of a service key.
  static func isKey(_ text: String) -> Bool { text.hasPrefix(prefix) }

  /// The key that a text is; nil when it is none, or revoked, or the file can't be read.
  func verify(_ text: String) -> ServiceKey? {
    guard text.utf8.count == Self.keyTextBytes, Self.isKey(text) else { return nil }
    let start = text.utf8.index(text.startIndex, offsetBy: Self.prefix.utf8.count)
    let end = text.utf8.index(start, offsetBy: 12)
    guard text.utf8[end] == UInt8(ascii: "_") else { return nil }
    let id = String(text[start..<end])
    let hash = Crypto.sha256(Array(text.utf8))
    return lock.withLock {
      refresh()
      // Perhaps another process has just made it: whoever makes a key uses it at once.
      if known[id] == nil {
        checked = nil
        refresh()
      }
      guard let key = known[id], Crypto.equal(key.hash, hash) else { return nil }
      return key
    }
  }

  /// Reads the file again when another process has changed it; looks at most once a second.
  private func refresh() {
    let now = time.ticks
    if let checked, now &- checked < Self.freshTicks { return }
    do {
      let version = try table.version()
      if version != self.version {
        var keys: [String: ServiceKey] = [:]
        for key in try table.all() { keys[key.id] = key }
        known = keys
        self.version = version
      }
      checked = now
    } catch {
      // Without the file nobody can tell whether a key was revoked.
      known = [:]
      version = -1
      checked = nil
    }
  }
}
