public import Feed
internal import Synchronization

/// What every `EventLog` promises, as checks that a test suite runs against each implementation.
///
/// Each check gets an empty log. A broken promise throws a `ContractFailure` that says which.
public enum EventLogContract: String, CaseIterable, Sendable {
  case order, consecutiveOffsets, emptyBatch, allOrNothing, records, scanFromTheMiddle, scanStops
  case scanBesideAppend, appendInsideScan, manyWriters, pruneKeepsTheRest, pruneKeepsOffsets
  case pruneOfTheTail, deadLetterBound, deadLetterPages, deadLetterRemoval, marks

  /// The bound of dead letters that a log under test has.
  public static let deadLettersMax = 10

  /// Runs the check on an empty log.
  public func check(_ log: any EventLog) throws {
    switch self {
    case .order: try checkOrder(log)
    case .consecutiveOffsets: try checkConsecutiveOffsets(log)
    case .emptyBatch: try checkEmptyBatch(log)
    case .allOrNothing: try checkAllOrNothing(log)
    case .records: try checkRecords(log)
    case .scanFromTheMiddle: try checkScanFromTheMiddle(log)
    case .scanStops: try checkScanStops(log)
    case .scanBesideAppend: try checkScanBesideAppend(log)
    case .appendInsideScan: try checkAppendInsideScan(log)
    case .manyWriters: try checkManyWriters(log)
    case .pruneKeepsTheRest: try checkPruneKeepsTheRest(log)
    case .pruneKeepsOffsets: try checkPruneKeepsOffsets(log)
    case .pruneOfTheTail: try checkPruneOfTheTail(log)
    case .deadLetterBound: try checkDeadLetterBound(log)
    case .deadLetterPages: try checkDeadLetterPages(log)
    case .deadLetterRemoval: try checkDeadLetterRemoval(log)
    case .marks: try checkMarks(log)
    }
  }
}

/// A promise that a log broke.
public struct ContractFailure: Error, CustomStringConvertible {
  /// What was found, and what was promised.
  public let description: String

  /// Throws unless the promise holds.
  public static func unless(
    _ holds: Bool, _ message: @autoclosure () -> String
  ) throws(ContractFailure) {
    if !holds { throw ContractFailure(description: message()) }
  }

  /// Throws unless both are equal.
  public static func unlessEqual<Value: Equatable>(
    _ found: Value, _ promised: Value, _ what: String
  ) throws(ContractFailure) {
    if found != promised {
      throw ContractFailure(description: "\(what): found \(found), promised \(promised)")
    }
  }
}

/// Events for tests of logs.
public enum LogSample {
  /// An interaction that says its own number in `eventID`.
  public static func interaction(_ number: Int) -> Event {
    var interaction = Interaction(
      user: "user-\(number % 97)", action: .click, target: "item-\(number % 13)",
      time: Timestamp(milliseconds: Int64(number)))
    interaction.eventID = "\(number)"
    return .interaction(interaction)
  }

  /// One event of every kind, interactions and served pages among them.
  public static func everyKind(_ number: Int) -> [Event] {
    let time = Timestamp(milliseconds: Int64(number))
    var item = Item(id: "item-\(number)")
    item.created = time
    item.title = "Title \(number)"
    item.embedding = [1, 2, 3]
    var profile = Profile(user: "user-\(number)")
    profile.interests = ["a", "b"]
    profile.time = time
    let follow = Follow(follower: "user-\(number)", followee: "author", time: time)
    var taste = TasteSetting(user: profile.user, time: time)
    taste.topics = [.init("a", 2), .init("b", -1)]
    taste.items = []
    let page = PageServed(
      user: "user-\(number)", surface: "home", requestID: "request-\(number)", offset: .zero,
      servedBy: 0, time: time, entries: [.init(item: "item-\(number)", score: 1, sources: 3)])
    return [
      .itemPublished(item), .itemChanged(item), .profile(profile), .follow(follow),
      interaction(number), .pageServed(page), .unfollow(follow),
      .itemDeleted(ItemDeletion(id: item.id, time: time)),
      .tasteSet(taste), .userErased(UserErasure(user: profile.user, time: time)),
    ]
  }

  /// The numbered interactions of a range as one batch.
  public static func batch(_ numbers: Range<Int>) -> EventBatch { batch(numbers.map(interaction)) }

  /// Events as one batch.
  public static func batch(_ events: [Event]) -> EventBatch {
    var batch = EventBatch()
    for event in events { batch.append(event, received: Timestamp(milliseconds: 1)) }
    return batch
  }

  /// Everything that the log has after an offset.
  public static func read(
    _ log: any EventLog, after offset: Offset = .zero
  ) throws -> [(offset: UInt64, bytes: [UInt8])] {
    var rows: [(offset: UInt64, bytes: [UInt8])] = []
    try log.scan(after: offset) { offset, record in
      rows.append((offset.value, record.array))
      return true
    }
    return rows
  }

  /// The number of an interaction; nil for anything else.
  public static func number(_ record: RecordView) -> Int? {
    guard let view = try? InteractionView(record) else { return nil }
    return Int(view.eventID.text)
  }

  /// The numbers of the interactions that the log has after an offset.
  public static func numbers(_ log: any EventLog, after offset: Offset = .zero) throws -> [Int] {
    var numbers: [Int] = []
    try log.scan(after: offset) { _, record in
      numbers.append(number(record) ?? -1)
      return true
    }
    return numbers
  }
}
