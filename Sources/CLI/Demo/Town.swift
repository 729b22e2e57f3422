internal import Feed
internal import HTTP
internal import Lab
internal import Server
internal import Settings
internal import Stores

/// A server with a made-up world behind it.
final class Town {
  private let node: Node
  private let server: Server
  private let world: SeededWorld
  private let history: [EventBatch]
  private let people: DemoTown
  private let key: String
  /// The address that was wanted and is taken; empty when it was free.
  let taken: String

  /// Makes the past up and starts to listen on the first address of `listen` that is free.
  init(_ path: String, seed: UInt64, listen: [String]) throws {
    let time = SystemTime()
    var world = SeededWorld(seed: seed)
    history = world.history(now: time.now)
    self.world = world
    people = DemoTown(world, history: history)
    var made: (Node, Server)?
    var taken = ""
    for (index, address) in listen.enumerated() {
      var configuration = Configuration()
      configuration.server.listen = address
      let node = try Node(path, configuration) { _ in }
      let server = Server(
        engine: node.engine, access: node.access, demo: people, neighbours: node.neighbours,
        version: VersionCommand.number)
      do {
        try server.start()
        made = (node, server)
        break
      } catch {
        guard index + 1 < listen.count else { throw error }
        taken = address
        try node.close()
      }
    }
    guard let made else { throw Failure("listen", "there is no address to listen on") }
    (node, server) = made
    self.taken = taken
    key = try node.access.keys.create(scope: .service, label: "demo")
  }

  /// As `http://127.0.0.1:8080`.
  var address: String { "http://\(server.address)" }

  /// Lets the past happen.
  func seed(_ console: Console) throws {
    try server.waitUntilReady()
    var progress = Progress(console, "seeding", unit: "events")
    var count = 0
    let all = history.reduce(0) { $0 + $1.count }
    for batch in history {
      do {
        _ = try node.engine.submit(batch)
      } catch {
        throw Failure("not-taken", "the engine took no more events: \(error)")
      }
      count += batch.count
      progress.update(count, share: Double(count) / Double(max(1, all)))
    }
    progress.finish()
  }

  /// The people at work.
  func traffic(pagesPerSecond: Double, seed: UInt64) -> Traffic {
    var options = TrafficOptions(base: address)
    options.pagesPerSecond = pagesPerSecond
    let access = node.access
    let key = self.key
    return Traffic(
      options, world: world, seed: seed, time: SystemTime(),
      token: { user in (try? access.tokens.issue(user: user, now: SystemTime().now)) ?? "" },
      serviceKey: { key })
  }

  /// What a person may copy.
  func calls() throws -> DemoCalls {
    let user = people.first
    let token = try node.access.tokens.issue(user: user, now: SystemTime().now)
    return DemoCalls(address: address, user: user, token: token, key: key)
  }

  func stop() {
    server.stop()
    try? node.close()
  }
}
