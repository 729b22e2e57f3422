public import Feed

/// Measurements of the engine's own parts, without a network.
public struct Benchmarks: Sendable {
  let time: any TimeSource

  /// Measurements by a clock.
  public init(time: any TimeSource) { self.time = time }

  /// So many of something in so many seconds.
  public struct Throughput: Equatable, Sendable {
    /// How many.
    public var count: Int
    /// In how many seconds.
    public var seconds: Double

    /// How many a second.
    public var rate: Double { seconds > 0 ? Double(count) / seconds : 0 }
  }

  /// How long something took, in milliseconds, over many times.
  public struct Latency: Equatable, Sendable {
    /// How many times.
    public var count: Int
    /// The middle one.
    public var p50: Double
    /// The one that 99 of 100 do not exceed.
    public var p99: Double

    init(_ nanoseconds: [UInt64]) {
      let sorted = nanoseconds.sorted()
      count = sorted.count
      p50 = sorted.isEmpty ? 0 : Double(sorted[sorted.count / 2]) / 1e6
      p99 = sorted.isEmpty ? 0 : Double(sorted[sorted.count * 99 / 100]) / 1e6
    }
  }

  /// Posts of authors with followers, folded in: how many inboxes are written a second, on one
  /// thread, everything that a publication costs included.
  public func fanOut(followers: Int = 40_000, posts: Int = 500) -> Throughput {
    var settings = WorldSettings()
    settings.celebrityFollowers = followers + 1
    var world = World(settings: settings)
    var events = EventBatch()
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    for number in 0..<followers {
      events.append(
        .follow(Follow(follower: "user-\(number)", followee: "author", time: now)), received: now)
    }
    Self.fold(events, into: &world)
    events.removeAll()
    for number in 0..<posts {
      var item = Item(id: "item-\(number)")
      item.author = "author"
      item.title = "Post number \(number)"
      item.created = now
      events.append(.itemPublished(item), received: now)
    }
    let start = time.ticks
    Self.fold(events, into: &world)
    return Throughput(count: followers * posts, seconds: seconds(since: start))
  }

  /// Appends a log's worth of events for `replay`.
  public func fill(
    _ log: any EventLog, events: Int, items: Int = 100_000, users: Int = 50_000
  ) throws(LogError) {
    var source = BenchEvents(seed: 1)
    source.items = items
    source.users = users
    do {
      try source.publications { batch in _ = try log.append(batch) }
      var left = events
      while left > 0 {
        let batch = source.interactions(min(left, 20_000))
        _ = try log.append(batch)
        left -= batch.count
      }
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.failed, "\(error)")
    }
  }

  /// Folds a log into an empty World.
  public func replay(_ log: any EventLog) throws(LogError) -> Throughput {
    var world = World()
    let start = time.ticks
    try Engine.replay(log, into: &world)
    return Throughput(count: Int(clamping: world.offset.value), seconds: seconds(since: start))
  }

  /// What a World of a size holds.
  public struct Memory: Equatable, Sendable {
    /// By how much the process grew.
    public var bytes: Int
    /// Items in the World.
    public var items: Int
    /// Users in it.
    public var users: Int
    /// Bytes of the largest parts by name, about.
    public var parts: [String: Int]
  }

  /// Folds a World of a size and tells by how much the process grew.
  public func memory(
    items: Int = 1_000_000, users: Int = 200_000, actionsEach: Int = 50
  ) throws(LabError) -> Memory {
    let before = try Self.residentBytes()
    var world = World()
    var source = BenchEvents(seed: 2)
    source.items = items
    source.users = users
    source.isEven = true
    source.publications { Self.fold($0, into: &world) }
    var left = users * actionsEach
    while left > 0 {
      let batch = source.interactions(min(left, 50_000))
      Self.fold(batch, into: &world)
      left -= batch.count
    }
    return Memory(
      bytes: try Self.residentBytes() - before, items: world.itemCount, users: world.userCount,
      parts: Dictionary(uniqueKeysWithValues: world.memoryByPart().map { ($0.part, $0.bytes) }))
  }

  /// Bytes of memory that the process holds now.
  public static func residentBytes() throws(LabError) -> Int {
    let status = try OutputFile.text(of: "/proc/self/status") ?? ""
    for line in status.split(separator: "\n") where line.hasPrefix("VmRSS:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kilobytes << 10
      }
    }
    throw LabError(.file, "/proc/self/status: no VmRSS there")
  }

  static func fold(_ batch: EventBatch, into world: inout World) {
    for index in 0..<batch.count {
      let offset = Offset(world.offset.value + 1)
      RecordView.over(batch.bytes, batch.range(index)) { record in
        _ = world.apply(offset, record)
      }
    }
  }

  func seconds(since start: UInt64) -> Double { Double(time.ticks &- start) / 1e9 }
}
