public import Index

extension World {
  /// The checksum of everything that the World is: equal for equal logs and settings.
  ///
  /// - Complexity: O(size of the World).
  public borrowing func digest() -> UInt64 {
    var writer = SnapshotWriter { _ throws(SnapshotError) in }
    // A writer whose flush never throws never throws.
    guard (try? encode(&writer)) != nil, let (_, digest) = try? writer.finish() else { return 0 }
    return digest
  }

  /// Streams the whole World; `init(settings:payload:)` reads it back.
  public borrowing func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(SnapshotWriter.version)
    try writer.put(UInt32(settings.dimension))
    for number in [offset.value, UInt64(bitPattern: received.milliseconds)] {
      try writer.put(number)
    }
    try writer.put(UInt64(bitPattern: newest.milliseconds))
    for count in tally.numbers { try writer.put(count) }
    for terms in [topics, categories, types, languages, regions] { try terms.encode(&writer) }
    try items.encode(&writer, engagement)
    try encodeSpaces(&writer)
    try engagement.encodeLists(&writer)
    try users.encode(&writer, engagement)
    try graph.encode(&writer)
    try inboxes.encode(&writer)
    try authors.encode(&writer)
    try engagement.coEngaged.encode(&writer)
    try writer.put(column: fresh.elements)
    try age.encode(&writer)
    try dedup.encode(&writer)
    for number in [
      sweep.isRunning ? 1 : 0, sweep.cursor, sweep.items, sweep.users, sweep.idleCursor,
    ] { try writer.put(UInt64(number)) }
  }

  /// Reads a World back.
  ///
  /// - Parameter kept: the graph of a version of a space as it was kept, or nil; asked for each.
  /// - Throws: `.newer` for a payload of a newer program, `.configuration` for one of an older
  ///   program or of other settings, `.corrupt` when it can't be read.
  public init(
    settings: WorldSettings, payload: RecordView,
    graph kept: (GraphName) -> GraphIndex? = { _ in nil }
  ) throws(SnapshotError) {
    self.init(settings: settings)
    var reader = SnapshotReader(payload)
    let version = try reader.number(UInt32.self)
    guard version <= SnapshotWriter.version else {
      throw SnapshotError(
        .newer,
        "the payload has version \(version); this program reads up to \(SnapshotWriter.version)")
    }
    guard version == SnapshotWriter.version else {
      throw SnapshotError(
        .configuration,
        "the payload has version \(version); this program reads \(SnapshotWriter.version) only")
    }
    guard try reader.number(UInt32.self) == UInt32(settings.dimension) else {
      throw SnapshotError(.configuration, "the payload has vectors of another dimension")
    }
    offset = Offset(try reader.number(UInt64.self))
    received = Timestamp(milliseconds: try reader.number(Int64.self))
    newest = Timestamp(milliseconds: try reader.number(Int64.self))
    var numbers: [UInt64] = []
    for _ in tally.numbers { numbers.append(try reader.number(UInt64.self)) }
    tally = Tally(numbers)
    topics = try Terms(&reader)
    categories = try Terms(&reader)
    types = try Terms(&reader)
    languages = try Terms(&reader)
    regions = try Terms(&reader)
    items = try ItemTable(&reader, &engagement)
    try decodeSpaces(&reader, kept)
    try engagement.decodeLists(&reader, settings)
    users = try UserTable(&reader, &engagement)
    graph = try FollowGraph(&reader)
    inboxes = try InboxStore(capacity: settings.inboxItems, &reader)
    authors = try AuthorIndex(capacity: settings.authorItems, &reader)
    engagement.coEngaged = try CoEngagement(
      capacity: settings.coEngagedItems, halfLifeMs: settings.coEngagedHalfLifeMs, &reader)
    fresh = Ring(try reader.column(of: UInt32.self))
    age = try AgeQueue(&reader)
    dedup = try DedupWindow(capacity: settings.dedupEvents, &reader)
    sweep.isRunning = try reader.number(UInt64.self) != 0
    sweep.cursor = Int(clamping: try reader.number(UInt64.self))
    sweep.items = Int(clamping: try reader.number(UInt64.self))
    sweep.users = Int(clamping: try reader.number(UInt64.self))
    sweep.idleCursor = Int(clamping: try reader.number(UInt64.self))
    guard reader.isAtEnd else {
      throw SnapshotError(.corrupt, "the payload goes on after the World's end")
    }
    if let part = unsoundPart {
      throw SnapshotError(.corrupt, "the payload contradicts itself: \(part)")
    }
  }
}

extension Tally {
  /// Every count, in the order of the snapshot.
  var numbers: [UInt64] {
    [
      applied, duplicates, late, unknown, poison, refused, pages, postsSmall, postsMiddle,
      postsCelebrity, retired,
    ]
  }

  init(_ numbers: [UInt64]) {
    self.init()
    guard numbers.count == self.numbers.count else { return }
    applied = numbers[0]
    duplicates = numbers[1]
    late = numbers[2]
    unknown = numbers[3]
    poison = numbers[4]
    refused = numbers[5]
    pages = numbers[6]
    postsSmall = numbers[7]
    postsMiddle = numbers[8]
    postsCelebrity = numbers[9]
    retired = numbers[10]
  }
}

extension ItemTable {
  func encode(
    _ writer: inout SnapshotWriter, _ engagement: borrowing Engagement
  ) throws(SnapshotError) {
    try writer.put(column: facts)
    try engagement.encodeCounters(&writer)
    try writer.put(column: free)
    try writer.put(column: dead)
    try writer.put(serial)
    for row in facts.indices where facts[row].isLive {
      try writer.write { bytes in
        ids.withView(UInt32(row)) { view in
          bytes.put(UInt16(view.count))
          view.append(to: &bytes)
        }
        titles.withText(row) { view in
          bytes.put(UInt16(view.count))
          view.append(to: &bytes)
        }
      }
    }
  }

  init(
    _ reader: inout SnapshotReader, _ engagement: inout Engagement
  ) throws(SnapshotError) {
    facts = try reader.column(of: Facts.self)
    try engagement.decodeCounters(&reader, items: facts.count)
    free = try reader.column(of: UInt32.self)
    dead = try reader.column(of: UInt32.self)
    serial = try reader.number(UInt64.self)
    for row in facts.indices where facts[row].isLive {
      ids.insert(try reader.textView(), row: UInt32(row))
      titles.set(row, try reader.textView())
      live.insert(UInt32(row))
    }
  }
}

extension UserTable {
  func encode(
    _ writer: inout SnapshotWriter, _ engagement: borrowing Engagement
  ) throws(SnapshotError) {
    try writer.put(column: isLive.map { $0 ? UInt8(1) : 0 })
    try writer.put(column: lastPost)
    try writer.put(column: free)
    try writer.put(column: dead)
    for row in states.indices where isLive[row] {
      try writer.write { bytes in
        ids.withView(UInt32(row)) { view in
          bytes.put(UInt16(view.count))
          view.append(to: &bytes)
        }
      }
      try states[row].encode(
        &writer, engagement.traces[row], isAnonymous: isAnonymous(UInt32(row)))
    }
  }

  init(
    _ reader: inout SnapshotReader, _ engagement: inout Engagement
  ) throws(SnapshotError) {
    isLive = try reader.column(of: UInt8.self).map { $0 != 0 }
    lastPost = try reader.column(of: UInt64.self)
    free = try reader.column(of: UInt32.self)
    dead = try reader.column(of: UInt32.self)
    guard lastPost.count == isLive.count else { throw SnapshotReader.ended }
    states.reserveCapacity(isLive.count)
    for row in isLive.indices {
      guard isLive[row] else {
        states.append(UserState())
        engagement.traces.append(UserTraces())
        continue
      }
      ids.insert(try reader.textView(), row: UInt32(row))
      var traces = UserTraces()
      var isAnonymous = false
      states.append(try UserState(&reader, &traces, isAnonymous: &isAnonymous))
      anonymous[UInt32(row)] = isAnonymous
      engagement.traces.append(traces)
    }
  }
}
