internal import Feed
internal import Stores

/// `measure DIR MODE EVENTS BATCH [CHECKPOINT_MIB]`: durable appends a second, appends of one, and
/// events a second of a scan.
struct Measurement {
  private let folder: String
  private let events: Int
  private let batchSize: Int
  private var options = SQLiteLog.Options()

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    guard let durability = Durability(try arguments.text(2)) else { throw Refusal("no such mode") }
    options.durability = durability
    events = try arguments.number(3)
    batchSize = try arguments.number(4)
    if arguments.count > 5 { options.checkpointBytes = try arguments.number(5) << 20 }
  }

  func run() throws {
    let directory = try DataDirectory(folder, access: .write)
    let log = try SQLiteLog(directory, options)
    let batch = Self.batch(batchSize)
    let clock = ContinuousClock()
    let appending = try clock.measure {
      for _ in 0..<max(1, events / batchSize) { _ = try log.append(batch) }
    }
    var visited = 0
    var bytes = 0
    let scanning = try clock.measure {
      try log.scan(after: .zero) { _, record in
        visited += 1
        bytes &+= record.count
        return true
      }
    }
    let single = Self.batch(1)
    var times: [Duration] = []
    for _ in 0..<1_000 { times.append(try clock.measure { _ = try log.append(single) }) }
    times.sort()
    let pruning = try clock.measure { _ = try log.prune(through: log.end) }
    Output.line("bytes a record \(bytes / max(1, visited))")
    Output.line("appended/s \(rate(visited, appending))")
    Output.line("scanned/s \(rate(visited, scanning))")
    Output.line("append of one: p50 \(times[500]), p99 \(times[990])")
    Output.line("pruned/s \(rate(visited, pruning))")
    Output.line("\(log.figures())")
    try log.close()
  }

  /// Interactions of about 100 bytes.
  private static func batch(_ count: Int) -> EventBatch {
    var batch = EventBatch()
    for number in 0..<count {
      var interaction = Interaction(
        user: "user-\(number)", action: .click, target: "item-\(number % 997)", time: .zero)
      interaction.eventID = "event-\(1_000_000_000 + number)"
      interaction.session = "session-\(number % 89)"
      interaction.requestID = "request-\(1_000_000_000 + number)"
      batch.append(.interaction(interaction), received: .zero)
    }
    return batch
  }

  private func rate(_ count: Int, _ time: Duration) -> Int {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    return Int(exactly: (Double(count) / max(seconds, 1e-9)).rounded()) ?? 0
  }
}
