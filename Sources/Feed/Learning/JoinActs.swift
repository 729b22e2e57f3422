/// An interaction as the joiner looks at it: hashes of who, what and where.
struct JoinAct: Sendable {
  /// The hash of the request id; 0 = none.
  let request: UInt64
  /// The hash of the user; 0 = nobody.
  let user: UInt64
  /// The hash of the item.
  let item: UInt64
  /// When it happened.
  let time: Timestamp
  /// When the log took it in.
  let received: Timestamp
  /// What it means.
  let deed: EntryLabels.Deed

  /// - Parameter isAhead: whether the client's clock is so far ahead that the program's counts.
  init(_ view: InteractionView, _ deed: EntryLabels.Deed, isAhead: Bool) {
    request = view.requestID.count > 0 ? Self.request(view.requestID.hash(seed: 0)) : 0
    user = view.user.count > 0 ? view.user.hash(seed: 0) : 0
    item = view.target.hash(seed: 0)
    time = isAhead ? view.received : view.time
    received = view.received
    self.deed = deed
  }

  /// The hash of a request id; never 0.
  static func request(_ hash: UInt64) -> UInt64 { max(1, hash) }
}

/// Acts that came before the page of their request, in the order in which they came.
struct JoinActs: Sendable {
  /// Acts that wait at most; beyond it the oldest are given up.
  static let actsMax = 65_536
  /// Of them for one request: a client that makes its ids up costs no more.
  static let actsOfRequestMax = 256

  /// nil = it has found its page.
  private var queue = NumberedQueue<JoinAct?>()
  private var numbers: [UInt64: [UInt64]] = [:]
  /// How many wait.
  private(set) var count = 0

  /// The one that waits longest.
  var first: JoinAct? {
    for number in queue.start..<queue.end {
      if let act = queue[number] { return act }
    }
    return nil
  }

  /// Lets an act wait; false when too many wait for its request.
  mutating func hold(_ act: JoinAct) -> Bool {
    guard numbers[act.request, default: []].count < Self.actsOfRequestMax else { return false }
    numbers[act.request, default: []].append(queue.append(act))
    count += 1
    return true
  }

  /// Those that wait for a request, by their numbers.
  func acts(of request: UInt64) -> [(number: UInt64, act: JoinAct)] {
    (numbers[request] ?? []).compactMap { number in queue[number].map { (number, $0) } }
  }

  /// Removes one that has found its page.
  mutating func remove(_ number: UInt64, of request: UInt64) {
    queue[number] = nil
    count -= 1
    forget(number, of: request)
    dropEmpty()
  }

  /// Removes the one that waits longest.
  mutating func removeFirst() -> JoinAct? {
    dropEmpty()
    let number = queue.start
    guard case .some(.some(let act)) = queue.removeFirst() else { return nil }
    count -= 1
    forget(number, of: act.request)
    dropEmpty()
    return act
  }

  private mutating func forget(_ number: UInt64, of request: UInt64) {
    numbers[request]?.removeAll { $0 == number }
    if numbers[request]?.isEmpty ?? false { numbers[request] = nil }
  }

  /// Keeps the queue's head one that waits.
  private mutating func dropEmpty() {
    while queue.count > 0, queue[queue.start] == nil { _ = queue.removeFirst() }
  }
}
