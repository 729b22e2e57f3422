internal import Glibc
internal import HTTP
internal import JSON
internal import Sync
internal import Synchronization

/// Pages asked for at times that do not wait for answers, as crowds do: an open loop.
///
/// Each request is for a user of its own, so that no page is kept.
final class PageLoad: Sendable {
  /// One request.
  struct Sample {
    /// Seconds since the start.
    var at: Double
    var milliseconds: Double
    var status: Int
    /// Whether a refusal says when to come again.
    var saysWhen: Bool

    var isGood: Bool { status == 200 }
    var isRefusal: Bool { status == 503 || status == 429 }
  }

  /// What became of all requests.
  struct Result {
    var samples: [Sample] = []
    var seconds = 0.0

    var offered: Double { Double(samples.count) / max(0.001, seconds) }
    var goodput: Double { Double(samples.count { $0.isGood }) / max(0.001, seconds) }
    var good: [Double] { samples.filter(\.isGood).map(\.milliseconds) }
    var refused: [Double] { samples.filter(\.isRefusal).map(\.milliseconds) }
    /// Neither an answer nor a clear refusal.
    var broken: Int { samples.count { !$0.isGood && !($0.isRefusal && $0.saysWhen) } }
  }

  /// The number that all but one in a hundred stay below.
  static func p99(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
  }

  private let address: String
  private let key: String
  private let rate: Double
  private let seconds: Double
  private let retries: Int
  private let serial = Atomic<Int>(0)
  private let lock = Lock()
  private let gathered = Gathered()

  private final class Gathered: @unchecked Sendable {
    // Sendable: only touched under `lock`.
    var samples: [Sample] = []
  }

  /// - Parameters:
  ///   - rate: requests a second, retries not counted.
  ///   - retries: how often a refused request is sent again at once.
  init(address: String, key: String, rate: Double, seconds: Double, retries: Int = 0) {
    self.address = address
    self.key = key
    self.rate = rate
    self.seconds = seconds
    self.retries = retries
  }

  /// Sends them all, with so many connections at most.
  func run(connections: Int) -> Result {
    let start = ContinuousClock.now
    let threads = (0..<connections).map { _ in Thread { [self] in work(start) } }
    for thread in threads { thread.join() }
    let samples = lock.withLock { gathered.samples }
    return Result(samples: samples, seconds: Progress.seconds(start.duration(to: .now)))
  }

  private func work(_ start: ContinuousClock.Instant) {
    let client = HTTPClient(base: address, timeoutMilliseconds: 10_000)
    let headers = [Response.Field("Authorization", "Bearer \(key)")]
    var own: [Sample] = []
    while true {
      let number = serial.add(1, ordering: .relaxed).oldValue
      let due = Double(number) / rate
      if due >= seconds { break }
      var now = Progress.seconds(start.duration(to: .now))
      if now >= seconds { break }
      if due > now { usleep(UInt32((due - now) * 1e6)) }
      let user = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      let target = "/api/v1/recommendations?count=20&user_id=u\(user)"
      for _ in 0...retries {
        now = Progress.seconds(start.duration(to: .now))
        let answer = try? client.send("GET", target, headers: headers)
        let took = Progress.seconds(start.duration(to: .now)) - now
        let sample = Sample(
          at: now, milliseconds: took * 1000, status: answer?.status ?? 0,
          saysWhen: answer?.header("retry-after") != nil)
        own.append(sample)
        if !sample.isRefusal { break }
      }
    }
    lock.withLock { gathered.samples += own }
  }
}
