internal import Feed
internal import HTTP
internal import Sync

/// A token bucket for each caller. Counted in monotonic time.
///
/// Bounded: a caller who has not been seen for a while is forgotten, which is the same as a full
/// bucket.
final class RateLimiter: @unchecked Sendable {
  // Sendable: the tables are only touched under the lock of their shard.

  /// What a caller may do.
  struct Verdict: Equatable, Sendable {
    /// Whether this request may go on.
    var isAllowed: Bool
    /// Requests that may follow at once.
    var remaining: Int
    /// When the next one may come, if this one may not.
    var retryAfterMs: Int
  }

  /// What a caller has left.
  final class Bucket: @unchecked Sendable {
    // Sendable: the fields are only touched under the lock of the shard.
    fileprivate let shard: Int
    fileprivate var tokens: Double
    fileprivate var updated: UInt64
    /// The generation of the shard in whose newer table it stands.
    fileprivate var generation: UInt64

    fileprivate init(shard: Int, generation: UInt64, tokens: Double, updated: UInt64) {
      self.shard = shard
      self.generation = generation
      self.tokens = tokens
      self.updated = updated
    }
  }

  private final class Shard {
    let lock = Lock()
    var newer: [String: Bucket] = [:]
    var older: [String: Bucket] = [:]
    var generation: UInt64 = 0
  }

  /// Requests a second, on average.
  let rate: Double
  /// Requests at once.
  let burst: Double
  private let policy: Response.Field
  /// Seconds until a bucket has one more.
  private let refill: Int
  private let shards: [Shard]
  private let shardMax: Int

  /// - Parameters:
  ///   - rate: requests a second; 0 or less = no limit.
  ///   - burst: requests at once.
  ///   - callersMax: callers remembered.
  init(rate: Double, burst: Int, callersMax: Int = 200_000) {
    self.rate = rate
    self.burst = Double(max(1, burst))
    let window = Int((self.burst / max(rate, 1e-3)).rounded(.up))
    policy = .init("RateLimit-Policy", "\"caller\";q=\(Int(self.burst));w=\(max(1, window))")
    refill = rate > 0 ? Int(exactly: min(1e9, (1 / rate).rounded(.up))) ?? 0 : 0
    shards = (0..<16).map { _ in Shard() }
    shardMax = max(1, callersMax / 32)
  }

  /// Whether a caller should hear where it stands: half of the burst is used.
  func isWorthTelling(_ verdict: Verdict) -> Bool {
    verdict.remaining < .max && Double(verdict.remaining) * 2 <= burst
  }

  /// The header fields that tell a caller where it stands.
  func fields(_ verdict: Verdict) -> [Response.Field] {
    [policy, .init("RateLimit", "\"caller\";r=\(verdict.remaining);t=\(refill)")]
  }

  /// Takes one request off a caller's bucket.
  ///
  /// - Parameter kept: where the caller's bucket is kept by one who asks for the caller again.
  func take(_ caller: String, _ kept: borrowing Once<Bucket>, ticks: UInt64) -> Verdict {
    guard rate > 0 else { return Verdict(isAllowed: true, remaining: .max, retryAfterMs: 0) }
    if let bucket = kept.load(), let verdict = take(from: bucket, ticks: ticks) { return verdict }
    let number = Int(caller.utf8.reduce(0 as UInt8) { $0 &* 31 &+ $1 } & 15)
    let shard = shards[number]
    return shard.lock.withLock {
      if let bucket = shard.newer[caller] {
        kept.storeIfNil(bucket)
        return take(from: bucket, ticks)
      }
      let bucket =
        shard.older[caller]
        ?? Bucket(shard: number, generation: 0, tokens: burst, updated: ticks)
      if shard.newer.count >= shardMax {
        swap(&shard.newer, &shard.older)
        shard.newer.removeAll(keepingCapacity: true)
        shard.generation += 1
      }
      bucket.generation = shard.generation
      shard.newer[caller] = bucket
      kept.storeIfNil(bucket)
      return take(from: bucket, ticks)
    }
  }

  /// Takes one off a bucket that was kept; nil when it may have been forgotten meanwhile.
  private func take(from bucket: Bucket, ticks: UInt64) -> Verdict? {
    let shard = shards[bucket.shard]
    return shard.lock.withLock {
      bucket.generation == shard.generation ? take(from: bucket, ticks) : nil
    }
  }

  private func take(from bucket: Bucket, _ ticks: UInt64) -> Verdict {
    let elapsed = ticks > bucket.updated ? Double(ticks - bucket.updated) / 1e9 : 0
    bucket.tokens = min(burst, bucket.tokens + elapsed * rate)
    bucket.updated = max(bucket.updated, ticks)
    let isAllowed = bucket.tokens >= 1
    if isAllowed { bucket.tokens -= 1 }
    let wait = isAllowed ? 0 : (1 - bucket.tokens) / rate * 1000
    return Verdict(
      isAllowed: isAllowed, remaining: Int(bucket.tokens),
      retryAfterMs: Int(exactly: min(wait, 1e9).rounded(.up)) ?? 0)
  }
}
