internal import Feed
internal import JSON
internal import Sync
internal import Synchronization

/// Threads that post batches of events one after another.
final class EventLoad: Sendable {
  struct Result {
    var acknowledged: Int
    var seconds: Double
    var rate: Double { Double(acknowledged) / seconds }
  }

  private static let idDigits = 16
  private let address: String
  private let key: String
  private let batch: Int
  private let seconds: Int
  private let serial = Atomic<Int>(0)
  private let acknowledged = Atomic<Int>(0)
  private let failures = Atomic<Int>(0)

  init(address: String, key: String, batch: Int, seconds: Int) {
    self.address = address
    self.key = key
    self.batch = batch
    self.seconds = seconds
  }

  func run(threads: Int) throws -> Result {
    let start = ContinuousClock.now
    let deadline = start + .seconds(seconds)
    let workers = (0..<threads).map { number in
      Thread { [self] in
        do { try post(until: deadline, seed: number) } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    for worker in workers { worker.join() }
    let result = Result(
      acknowledged: acknowledged.load(ordering: .acquiring),
      seconds: Progress.seconds(start.duration(to: .now)))
    guard failures.load(ordering: .acquiring) == 0 else {
      throw Failure("bench-refused", "the server refused events")
    }
    return result
  }

  private func post(until deadline: ContinuousClock.Instant, seed: Int) throws {
    let server = RemoteServer(address, key: key)
    var (body, places) = template(seed: seed)
    while ContinuousClock.now < deadline {
      number(&body, places)
      let answer = try server.call("POST", "/api/v1/events", body: body)
      let taken = try answer.require("accepted").int()
      acknowledged.add(taken, ordering: .relaxed)
    }
  }

  /// A body, and where in it the identifiers stand.
  private func template(seed: Int) -> (body: [UInt8], places: [Int]) {
    var json = JSONWriter(capacity: batch * 160)
    let mark = String(repeating: "z", count: Self.idDigits)
    json.array { json in
      for index in 0..<batch {
        json.object { json in
          json.member("user_id", "user-\((index * 7919 + seed * 104_729) % 50_000)")
          json.member("item_id", "item-\((index * 31 + seed * 17) % 20_000)")
          json.member("event", index % 4 == 0 ? "click" : "impression")
          json.member("timestamp", 1_767_225_600_000 + index)
          json.member("event_id", mark)
        }
      }
    }
    let body = json.bytes
    var places: [Int] = []
    let wanted = Array(mark.utf8)
    var index = 0
    while index + wanted.count <= body.count {
      if body[index] == wanted[0], body[index..<index + wanted.count].elementsEqual(wanted) {
        places.append(index)
        index += wanted.count
      } else {
        index += 1
      }
    }
    return (body, places)
  }

  /// Gives every event an identifier that was never used.
  private func number(_ body: inout [UInt8], _ places: [Int]) {
    let first = serial.add(places.count, ordering: .relaxed).oldValue
    for (index, place) in places.enumerated() {
      var rest = first + index
      for digit in 0..<Self.idDigits {
        body[place + Self.idDigits - 1 - digit] = 0x61 + UInt8(rest & 15)
        rest >>= 4
      }
    }
  }
}
