public import Feed
internal import HTTP
internal import JSON
internal import Sync

/// Where traffic goes and how much of it.
public struct TrafficOptions: Sendable {
  /// Scheme, host and port of the server.
  public var base: String
  /// Feeds that are fetched in a second, all connections together.
  public var pagesPerSecond = 50.0
  /// Connections, a thread each.
  public var connections = 4
  /// Posts that are published for each page that is fetched.
  public var postsPerPage = 0.02
  /// Follows for each page.
  public var followsPerPage = 0.02

  /// Options for a server with defaults for the rest.
  public init(base: String) { self.base = base }
}

/// What happened since the last report.
public struct TrafficReport: Equatable, Sendable {
  /// Seconds that it covers.
  public var seconds = 0.0
  /// Pages that were fetched.
  public var pages = 0
  /// Interactions that were acknowledged.
  public var events = 0
  /// Of them clicks.
  public var clicks = 0
  /// Posts that were published.
  public var posts = 0
  /// Follows.
  public var follows = 0
  /// Requests that failed or were refused.
  public var failures = 0
  /// What the last failure was; empty when there was none.
  public var lastFailure = ""
  /// How long pages took, in milliseconds: the middle one and the slowest of a hundred.
  public var pageMilliseconds50 = 0.0
  /// See `pageMilliseconds50`.
  public var pageMilliseconds99 = 0.0

  /// Nothing happened.
  public init() {}

  /// Clicks for each page.
  public var clicksPerPage: Double { pages > 0 ? Double(clicks) / Double(pages) : 0 }
}

/// Users at work: they fetch feeds over HTTP, look at them, click, like and hide what they find by
/// their tastes, follow and publish.
public final class Traffic: @unchecked Sendable {
  // Sendable: `world`, `report`, `latencies`, `isStopping`, `due` and `random` are only touched
  // under `lock`; `threads` only by the thread that starts and stops.
  private let options: TrafficOptions
  private let time: any TimeSource
  private let token: @Sendable (String) -> String
  private let serviceKey: @Sendable () -> String
  private let lock = Lock()
  private var world: SeededWorld
  private var random: SplitMix
  private var report = TrafficReport()
  private var latencies: [Double] = []
  private var reportedAt: UInt64
  /// When the next page is due, in ticks.
  private var due: UInt64
  private var isStopping = false
  private var threads: [Thread] = []

  private static let latenciesMax = 10_000

  /// Traffic of a world's users.
  ///
  /// - Parameters:
  ///   - token: gives a user's token.
  ///   - serviceKey: gives the key with which posts are published.
  public init(
    _ options: TrafficOptions, world: SeededWorld, seed: UInt64, time: any TimeSource,
    token: @escaping @Sendable (String) -> String, serviceKey: @escaping @Sendable () -> String
  ) {
    self.options = options
    self.world = world
    self.time = time
    self.token = token
    self.serviceKey = serviceKey
    random = SplitMix(seed: seed)
    due = time.ticks
    reportedAt = due
  }

  /// Starts the threads; call `stop` before the last reference goes.
  public func start() {
    for _ in 0..<max(1, options.connections) { threads.append(Thread { [self] in work() }) }
  }

  /// Finishes what is under way and stops.
  public func stop() {
    lock.withLock {
      isStopping = true
      lock.signalAll()
    }
    for thread in threads { thread.join() }
    threads = []
  }

  /// What happened since the last call.
  public func takeReport() -> TrafficReport {
    lock.withLock {
      let now = time.ticks
      var result = report
      result.seconds = Double(now &- reportedAt) / 1e9
      latencies.sort()
      if let last = latencies.last {
        result.pageMilliseconds50 = latencies[latencies.count / 2]
        let place = latencies.count * 99 / 100
        result.pageMilliseconds99 = place < latencies.count ? latencies[place] : last
      }
      reportedAt = now
      report = TrafficReport()
      latencies.removeAll(keepingCapacity: true)
      return result
    }
  }

  // MARK: A connection's thread

  private func work() {
    let client = HTTPClient(base: options.base, timeoutMilliseconds: 10_000)
    while let user = nextUser() {
      visit(client, user)
      if draw(options.postsPerPage) { publish(client) }
      if draw(options.followsPerPage) { follow(client, user) }
    }
  }

  /// Waits until a page is due; nil when it is time to stop.
  private func nextUser() -> Int? {
    lock.withLock {
      let step = UInt64(1e9 / max(0.01, options.pagesPerSecond))
      while !isStopping {
        let now = time.ticks
        if due <= now {
          // After a pause of the server the lost pages are not made up for.
          due = max(due &+ step, now &- min(now, 1_000_000_000))
          return world.users.isEmpty ? nil : random.below(world.users.count)
        }
        lock.wait(milliseconds: max(1, Int((due - now) / 1_000_000)))
      }
      return nil
    }
  }

  private func draw(_ share: Double) -> Bool { lock.withLock { random.share() < share } }

  private func name(_ user: Int) -> String { lock.withLock { world.users[user].name } }

  private func visit(_ client: HTTPClient, _ user: Int) {
    let headers = [Response.Field("Authorization", "Bearer " + token(name(user)))]
    let start = time.ticks
    guard let answer = send(client, "GET", "/v1/feed?surface=home&limit=20", headers, nil) else {
      return
    }
    let milliseconds = Double(time.ticks &- start) / 1e6
    let page = Self.page(answer.body)
    var choices = lock.withLock {
      report.pages += 1
      if latencies.count < Self.latenciesMax { latencies.append(milliseconds) }
      return world.choices(user: user, page: page.items, time: time.now)
    }
    for place in choices.indices { choices[place].requestID = page.requestID }
    guard !choices.isEmpty,
      send(client, "POST", "/v1/interactions", headers, Self.body(choices))
        != nil
    else { return }
    lock.withLock {
      report.events += choices.count
      report.clicks += choices.count { $0.action == .click }
    }
  }

  private func publish(_ client: HTTPClient) {
    let item = lock.withLock { world.publish(time: time.now) }
    let headers = [Response.Field("Authorization", "Bearer " + serviceKey())]
    guard send(client, "POST", "/v1/posts", headers, Self.body(item)) != nil else { return }
    lock.withLock { report.posts += 1 }
  }

  private func follow(_ client: HTTPClient, _ user: Int) {
    guard let edge = lock.withLock({ world.newFollow(user: user, time: time.now) }) else { return }
    let headers = [Response.Field("Authorization", "Bearer " + token(edge.follower))]
    let target = "/v1/follows/" + edge.followee
    guard send(client, "PUT", target, headers, Array("{}".utf8)) != nil else { return }
    lock.withLock { report.follows += 1 }
  }

  /// The answer when it is a success; a failure is counted.
  private func send(
    _ client: HTTPClient, _ method: String, _ target: String, _ headers: [Response.Field],
    _ body: [UInt8]?
  ) -> HTTPClient.Answer? {
    let failure: String
    do {
      let answer = try client.send(method, target, headers: headers, body: body)
      if answer.status / 100 == 2 { return answer }
      failure = "\(method) \(target): \(answer.status) \(answer.text.prefix(200))"
    } catch {
      failure = error.description
    }
    lock.withLock {
      report.failures += 1
      report.lastFailure = failure
      // A server that refuses everything is not asked in a tight loop.
      if !isStopping { lock.wait(milliseconds: 50) }
    }
    return nil
  }

  // MARK: The wire

  /// The identifiers of a feed's items, and of the request that ranked them.
  private static func page(_ body: [UInt8]) -> (items: [String], requestID: String) {
    guard let feed = try? JSONParser().parse(body),
      let posts = try? feed.require("posts").elements()
    else { return ([], "") }
    let items = posts.compactMap { post in try? post.require("post_id").string() }
    return (items, (try? feed.require("request_id").string()) ?? "")
  }

  private static func body(_ choices: [Interaction]) -> [UInt8] {
    var json = JSONWriter()
    json.array { json in
      for choice in choices {
        json.object { json in
          json.member("item_id", choice.target)
          json.member("event", choice.action.name)
          if choice.value != 0 { json.member("duration_sec", choice.value / 1000) }
          json.member("timestamp", choice.time.milliseconds)
          json.member("event_id", choice.eventID)
          if !choice.requestID.isEmpty { json.member("request_id", choice.requestID) }
        }
      }
    }
    return json.bytes
  }

  private static func body(_ item: Item) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("post_id", item.id)
      json.member("author_id", item.author)
      json.member("title", item.title)
      json.member("topic", item.topic)
      json.member("category", item.category)
      json.member("tags", item.tags)
      json.member("content_type", item.contentType)
      json.member("language", item.language)
    }
    return json.bytes
  }
}
