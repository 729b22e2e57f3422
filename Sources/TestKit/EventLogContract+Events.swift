internal import Feed
internal import Sync
internal import Synchronization

extension EventLogContract {
  func checkOrder(_ log: any EventLog) throws {
    for start in stride(from: 0, to: 100, by: 10) {
      _ = try log.append(LogSample.batch(start..<start + 10))
    }
    try ContractFailure.unlessEqual(
      try LogSample.numbers(log), Array(0..<100), "events in the order of their appends")
    try ContractFailure.unlessEqual(log.end, Offset(100), "the end after 100 events")
  }

  func checkConsecutiveOffsets(_ log: any EventLog) throws {
    try ContractFailure.unlessEqual(log.end, .zero, "the end of an empty log")
    var next: UInt64 = 1
    for count in [1, 7, 2, 1, 30] {
      let first = try log.append(LogSample.batch(0..<count))
      try ContractFailure.unlessEqual(first, Offset(next), "the first offset of a batch")
      next += UInt64(count)
      try ContractFailure.unlessEqual(log.end, Offset(next - 1), "the end after a batch")
    }
    let offsets = try LogSample.read(log).map(\.offset)
    try ContractFailure.unlessEqual(offsets, Array(1..<next), "the offsets of a scan")
  }

  func checkEmptyBatch(_ log: any EventLog) throws {
    try ContractFailure.unlessEqual(
      try log.append(EventBatch()), Offset(1), "the offset of an empty batch")
    _ = try log.append(LogSample.batch(0..<3))
    try ContractFailure.unlessEqual(
      try log.append(EventBatch()), Offset(4), "the offset of an empty batch")
    try ContractFailure.unlessEqual(log.end, Offset(3), "the end after empty batches")
    try ContractFailure.unlessEqual(
      try LogSample.numbers(log), [0, 1, 2], "the events around empty batches")
  }

  /// A scan beside the writer must never see a part of a batch at its end.
  func checkAllOrNothing(_ log: any EventLog) throws {
    let size = 500
    let batch = LogSample.batch(0..<size)
    let failure = FailureBox()
    let writer = Thread {
      failure.run { for _ in 0..<40 { _ = try log.append(batch) } }
    }
    var seen = 0
    while seen < 40 * size && failure.error == nil {
      seen = 0
      try log.scan(after: .zero) { _, _ in
        seen += 1
        return true
      }
      try ContractFailure.unless(seen % size == 0, "a scan saw \(seen) events: part of a batch")
    }
    writer.join()
    if let error = failure.error { throw error }
  }

  func checkRecords(_ log: any EventLog) throws {
    let events = LogSample.everyKind(5)
    let batch = LogSample.batch(events)
    _ = try log.append(batch)
    let rows = try LogSample.read(log)
    let expected = (0..<batch.count).map { Array(batch.bytes[batch.range($0)]) }
    try ContractFailure.unlessEqual(rows.map(\.bytes), expected, "the bytes of every kind")
    var decoded: [Event] = []
    try log.scan(after: .zero) { _, record in
      if let event = try? Event.decode(record) { decoded.append(event) }
      return true
    }
    try ContractFailure.unlessEqual(decoded, events, "every kind of event")
  }

  func checkScanFromTheMiddle(_ log: any EventLog) throws {
    _ = try log.append(LogSample.batch(0..<20_000))
    for start in [0, 1, 4_095, 4_096, 4_097, 12_345, 19_999, 20_000] {
      let rows = try LogSample.read(log, after: Offset(UInt64(start)))
      try ContractFailure.unlessEqual(rows.count, 20_000 - start, "rows after \(start)")
      try ContractFailure.unlessEqual(
        rows.first?.offset ?? 0, start == 20_000 ? 0 : UInt64(start) + 1, "the first after \(start)"
      )
    }
    let beyond = try LogSample.read(log, after: Offset(.max))
    try ContractFailure.unlessEqual(beyond.count, 0, "rows after the highest number")
  }

  func checkScanStops(_ log: any EventLog) throws {
    _ = try log.append(LogSample.batch(0..<100))
    for wanted in [1, 2, 99, 100] {
      var visited = 0
      try log.scan(after: .zero) { _, _ in
        visited += 1
        return visited < wanted
      }
      try ContractFailure.unlessEqual(visited, wanted, "visits of a scan that stops")
    }
  }

  func checkScanBesideAppend(_ log: any EventLog) throws {
    let total = 20_000
    let failure = FailureBox()
    let writer = Thread {
      failure.run {
        for start in stride(from: 0, to: total, by: 100) {
          _ = try log.append(LogSample.batch(start..<start + 100))
        }
      }
    }
    // A follower that takes up where it left off sees every event once, in order.
    var next = 0
    var isInOrder = true
    while next < total && isInOrder && failure.error == nil {
      let before = log.end.value
      try log.scan(after: Offset(UInt64(next))) { offset, record in
        isInOrder = offset.value == UInt64(next) + 1 && LogSample.number(record) == next
        next += 1
        return isInOrder
      }
      try ContractFailure.unless(
        UInt64(next) >= before, "a scan ended at \(next), before the end \(before) it began with")
    }
    writer.join()
    if let error = failure.error { throw error }
    try ContractFailure.unless(isInOrder, "a follower saw event \(next) out of order")
  }

  func checkAppendInsideScan(_ log: any EventLog) throws {
    _ = try log.append(LogSample.batch(0..<3))
    let failure = FailureBox()
    var visited = 0
    try log.scan(after: .zero) { _, _ in
      visited += 1
      failure.run { _ = try log.append(LogSample.batch(0..<1)) }
      return failure.error == nil && visited < 100
    }
    if let error = failure.error { throw error }
    try ContractFailure.unlessEqual(visited, 3, "a scan ends where the log ended when it began")
    try ContractFailure.unlessEqual(log.end, Offset(6), "the end after appends inside a scan")
  }

  func checkManyWriters(_ log: any EventLog) throws {
    let failure = FailureBox()
    let threads = (0..<4).map { thread in
      Thread {
        failure.run {
          for index in 0..<100 {
            let number = thread * 1_000 + index
            _ = try log.append(LogSample.batch(number..<number + 1))
          }
        }
      }
    }
    for thread in threads { thread.join() }
    if let error = failure.error { throw error }
    let numbers = try LogSample.numbers(log)
    try ContractFailure.unlessEqual(numbers.count, 400, "events of four writers")
    for thread in 0..<4 {
      let own = numbers.filter { $0 / 1_000 == thread }
      try ContractFailure.unlessEqual(
        own, Array(thread * 1_000..<thread * 1_000 + 100), "the order of writer \(thread)")
    }
  }
}

/// The first error of several threads.
final class FailureBox: @unchecked Sendable {
  // Sendable: the error is read and written under `lock`.
  private let lock = Lock()
  private var first: (any Error)?

  var error: (any Error)? { lock.withLock { first } }

  func run(_ body: () throws -> Void) {
    do { try body() } catch { lock.withLock { first = first ?? error } }
  }
}
