/// Pages that wait for their labels, oldest first, and who finds them: a place is a shown item.
///
/// Places are found by 64-bit hashes of what identifies them; the newest place of a hash stands in
/// a table and leads to the one before. Pages leave in the order in which they came, so that what
/// leaves is always the last of its chain, and a chain needs no repair.
struct PendingPages: Sendable {
  struct Page {
    let offset: Offset
    let received: Timestamp
    let time: Timestamp
    /// The hash of the user; 0 for a page that is nobody's.
    let user: UInt64
    /// The hash of request and user; 0 without a request id.
    let request: UInt64
    /// The hash of the whole record.
    let checksum: UInt64
    /// The index of the kind of page in the joiner's counts.
    let kind: Int
    /// The number of the first place.
    let first: UInt64
    let count: Int
    let record: [UInt8]
    var isErased = false
  }

  struct Place {
    /// The number of the page.
    let page: UInt64
    /// The hashes by which it is found; 0 = by none.
    let byRequest: UInt64
    let byUser: UInt64
    /// The number + 1 of the place before in each chain; 0 = there is none.
    let olderByRequest: UInt64
    let olderByUser: UInt64
    var labels = EntryLabels()
  }

  private(set) var pages = NumberedQueue<Page>()
  private(set) var places = NumberedQueue<Place>()
  /// The number of the newest place by hash.
  private var newest: [UInt64: UInt64] = [:]
  /// Memory in use, about.
  private(set) var bytes = 0

  /// Links of a chain that a search follows at most: a client that repeats itself costs no more.
  static let chainMax = 64
  /// What a place takes: itself and two rows of the table.
  private static let placeBytes = MemoryLayout<Place>.stride + 64
  private static let pageBytes = MemoryLayout<Page>.stride + 64

  /// Takes a page in.
  ///
  /// - Parameter items: the hashes of the items shown; of an item that stands twice, the first
  ///   place counts.
  mutating func add(_ page: Page, items: [UInt64]) {
    let number = pages.append(page)
    for item in items {
      let byRequest = page.request == 0 ? 0 : Self.key(page.request, item)
      let byUser = page.user == 0 ? 0 : Self.key(page.user, item)
      let place = places.end
      let isSecond = { (number: UInt64) in number >= page.first }
      var older: (UInt64, UInt64) = (0, 0)
      if byRequest != 0 { older.0 = link(byRequest, place, unless: isSecond) }
      if byUser != 0 { older.1 = link(byUser, place, unless: isSecond) }
      places.append(
        Place(
          page: number, byRequest: byRequest, byUser: byUser, olderByRequest: older.0,
          olderByUser: older.1))
    }
    bytes += Self.size(page)
  }

  /// Puts a place at the head of a chain unless the head is one of the same page.
  private mutating func link(
    _ key: UInt64, _ place: UInt64, unless isSecond: (UInt64) -> Bool
  ) -> UInt64 {
    guard let head = newest[key] else {
      newest[key] = place
      return 0
    }
    if isSecond(head) { return 0 }
    newest[key] = place
    return head + 1
  }

  /// Removes the oldest page, with what came of its items.
  mutating func removeFirst() -> (Page, [EntryLabels])? {
    guard let page = pages.removeFirst() else { return nil }
    var labels: [EntryLabels] = []
    labels.reserveCapacity(page.count)
    for _ in 0..<page.count {
      let number = places.start
      guard let place = places.removeFirst() else { break }
      labels.append(place.labels)
      if newest[place.byRequest] == number { newest[place.byRequest] = nil }
      if newest[place.byUser] == number { newest[place.byUser] = nil }
    }
    bytes -= Self.size(page)
    return (page, labels)
  }

  /// What a search finds.
  enum Found: Equatable {
    case place(UInt64)
    /// Every page that it could be comes after the moment.
    case tooEarly
    case nothing
  }

  /// The newest page of a chain that was made at `moment` or before, among the newest
  /// `chainMax`; erased ones are passed over.
  func find(_ owner: UInt64, _ item: UInt64, byUser: Bool, at moment: Timestamp) -> Found {
    var next = newest[Self.key(owner, item)].map { $0 + 1 } ?? 0
    var result = Found.nothing
    for _ in 0..<Self.chainMax {
      // What has left the ring is the end of a chain.
      guard next > places.start else { break }
      let place = places[next - 1]
      let page = pages[place.page]
      if !page.isErased {
        if page.time <= moment { return .place(next - 1) }
        result = .tooEarly
      }
      next = byUser ? place.olderByUser : place.olderByRequest
    }
    return result
  }

  /// The page of a place.
  func page(of place: UInt64) -> Page { pages[places[place].page] }

  /// Changes what is known of a place; the labels before and after.
  mutating func add(
    _ deed: EntryLabels.Deed, to place: UInt64, longDwellMs: Int64
  ) -> (old: EntryLabels, new: EntryLabels) {
    let old = places[place].labels
    _ = places[place].labels.add(deed, longDwellMs: longDwellMs)
    return (old, places[place].labels)
  }

  /// Drops all pages of a user; they leave without a trace when their turn comes.
  mutating func erase(user: UInt64) {
    for number in pages.start..<pages.end where pages[number].user == user {
      pages[number].isErased = true
    }
  }

  private static func size(_ page: Page) -> Int {
    pageBytes + page.record.count + page.count * placeBytes
  }

  /// The hash of an owner's item; never 0.
  private static func key(_ owner: UInt64, _ item: UInt64) -> UInt64 {
    max(1, Hashing.mix(Hashing.fold(owner, item)))
  }
}
