internal import Feed

extension EventLogContract {
  func checkPruneKeepsTheRest(_ log: any EventLog) throws {
    let perRound = LogSample.everyKind(0).count
    for number in 0..<50 { _ = try log.append(LogSample.batch(LogSample.everyKind(number))) }
    let before = try LogSample.read(log)
    let through = UInt64(20 * perRound)
    try ContractFailure.unlessEqual(log.prunedThrough, .zero, "what a complete log has pruned")
    let dropped = try log.prune(through: Offset(through))
    try ContractFailure.unlessEqual(dropped, 40, "an interaction and a page in each of 20 rounds")
    try ContractFailure.unlessEqual(log.prunedThrough, Offset(through), "what was pruned")
    let expected = before.filter { row in
      row.offset > through || EventKind(rawValue: row.bytes[1])?.isPruned == false
    }
    let after = try LogSample.read(log)
    try ContractFailure.unlessEqual(
      after.map(\.offset), expected.map(\.offset), "the offsets after pruning")
    try ContractFailure.unlessEqual(
      after.map(\.bytes), expected.map(\.bytes), "the records after pruning")
    try ContractFailure.unlessEqual(
      try log.prune(through: Offset(through)), 0, "records that a second prune drops")
    try ContractFailure.unlessEqual(
      try log.prune(through: Offset(5)), 0, "records that a lower prune drops")
    try ContractFailure.unlessEqual(log.prunedThrough, Offset(through), "pruned never goes back")
    let tail = try LogSample.read(log, after: Offset(through - 3))
    try ContractFailure.unlessEqual(
      tail.map(\.offset), expected.map(\.offset).filter { $0 > through - 3 },
      "a scan that starts in the pruned part")
  }

  func checkPruneKeepsOffsets(_ log: any EventLog) throws {
    _ = try log.append(LogSample.batch(0..<25_000))
    try ContractFailure.unlessEqual(
      try log.prune(through: Offset(20_000)), 20_000, "records of a long prune")
    try ContractFailure.unlessEqual(
      try LogSample.numbers(log), Array(20_000..<25_000), "what a long prune leaves")
    try ContractFailure.unlessEqual(
      try log.append(LogSample.batch(0..<1)), Offset(25_001), "the offset after a prune")
  }

  /// Offsets are never given out twice, also when the newest events are gone.
  func checkPruneOfTheTail(_ log: any EventLog) throws {
    _ = try log.append(LogSample.batch(0..<10))
    try ContractFailure.unlessEqual(
      try log.prune(through: Offset(1_000)), 10, "records of a prune beyond the end")
    try ContractFailure.unlessEqual(log.prunedThrough, Offset(10), "pruned ends with the log")
    try ContractFailure.unlessEqual(log.end, Offset(10), "the end after pruning everything")
    try ContractFailure.unlessEqual(
      try log.append(LogSample.batch(0..<1)), Offset(11), "the offset after pruning everything")
    try ContractFailure.unlessEqual(
      try LogSample.read(log).map(\.offset), [11], "the offsets after pruning everything")
  }

  private func letter(_ number: Int) -> DeadLetter {
    DeadLetter(
      received: Timestamp(milliseconds: Int64(number)), origin: "POST /v1/interactions",
      reason: "record-kind: \(number) is no kind of event", bytes: [0, 255, UInt8(number)])
  }

  func checkDeadLetterBound(_ log: any EventLog) throws {
    let bound = Self.deadLettersMax
    for number in 0..<bound + 5 { try log.addDeadLetter(letter(number)) }
    var letters = try log.deadLetters(after: 0, limit: 1_000)
    for index in letters.indices { letters[index].id = 0 }
    try ContractFailure.unlessEqual(
      letters, (5..<bound + 5).map(letter), "the newest dead letters, byte for byte")
  }

  func checkDeadLetterPages(_ log: any EventLog) throws {
    for number in 0..<7 { try log.addDeadLetter(letter(number)) }
    var seen: [UInt8] = []
    var after: Int64 = 0
    while let page = Optional(try log.deadLetters(after: after, limit: 3)), let last = page.last {
      try ContractFailure.unless(page.count <= 3, "a page has \(page.count) dead letters, not 3")
      seen += page.map { $0.bytes[2] }
      after = last.id
    }
    try ContractFailure.unlessEqual(seen, Array(0..<7), "dead letters page by page")
    try ContractFailure.unlessEqual(
      try log.deadLetters(after: 0, limit: 0).count, 0, "dead letters of a page of none")
  }

  func checkDeadLetterRemoval(_ log: any EventLog) throws {
    for number in 0..<3 { try log.addDeadLetter(letter(number)) }
    let letters = try log.deadLetters(after: 0, limit: 10)
    try ContractFailure.unlessEqual(letters.count, 3, "dead letters")
    let middle = letters[1].id
    try ContractFailure.unless(try log.removeDeadLetter(id: middle), "a dead letter stays")
    try ContractFailure.unless(try !log.removeDeadLetter(id: middle), "a dead letter goes twice")
    try log.addDeadLetter(letter(9))
    let rest = try log.deadLetters(after: 0, limit: 10)
    try ContractFailure.unlessEqual(rest.map { $0.bytes[2] }, [0, 2, 9], "the letters that stay")
    try ContractFailure.unless(!rest.map(\.id).contains(middle), "a dead letter's number came back")
  }

  func checkMarks(_ log: any EventLog) throws {
    let marks = (1...5).map { number in
      DigestMark(
        offset: Offset(UInt64(number)), digest: .max - UInt64(number), configuration: 7)
    }
    for mark in marks { try log.mark(mark) }
    try ContractFailure.unlessEqual(
      try log.marks(limit: 3), Array(marks.reversed().prefix(3)), "the newest marks first")
    try ContractFailure.unlessEqual(try log.marks(limit: 100).count, 5, "all marks")
    try ContractFailure.unlessEqual(try log.marks(limit: 0).count, 0, "no marks")
  }
}
