import Feed
import Server
import TestKit
import Testing

/// A small town that a server shows: six topics, a dozen writers, a few readers. Its clock stands
/// still, so that nothing depends on the speed of the machine.
final class Town {
  /// Readers; the first is the one whom the page begins with.
  static let people = ["ada", "bruno", "chidi", "dagny", "emil"]
  private static let topics: [(name: String, words: String)] = [
    ("astronomy", "telescope planet orbit galaxy night sky star"),
    ("gardening", "soil tomato rose hedge compost seed spring"),
    ("cycling", "gravel tyre climb saddle chain wheel road"),
    ("cooking", "pot dough caramel oven knife broth salt"),
    ("chess", "endgame rook opening gambit queen clock board"),
    ("music", "cello synth harbour chord tempo choir record"),
  ]

  let server: Server
  private let access: Access
  private let time = FakeTime()
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - isDemo: whether the server lends tokens.
  ///   - strangerTitle: the title of one more item, "stranger"; nil = none.
  init(isDemo: Bool = true, strangerTitle: String? = nil) throws {
    folder = TemporaryFolder()
    var configuration = Configuration()
    configuration.server.listen = "127.0.0.1:0"
    let secret = try #require(Secret(bytes: [UInt8](repeating: 7, count: 32)))
    access = Access(
      secret: secret, tokens: try Tokens(secret: secret, settings: configuration.server),
      keys: try KeyStore(path: folder.path + "/keys.db", time: time))
    let engine = Engine(
      configuration: configuration, log: MemoryLog(), snapshots: nil, time: time)
    server = Server(engine: engine, access: access, demo: isDemo ? Readers() : nil)
    try server.start()
    try server.waitUntilReady()
    _ = try engine.submit(events(strangerTitle))
  }

  deinit { server.stop() }

  /// Where the page is.
  var address: String { "http://127.0.0.1:\(server.port)/" }

  /// Ends the server.
  func stop() { server.stop() }

  /// A token of a user.
  func token(_ user: String) throws -> String {
    try access.tokens.issue(user: user, now: time.now)
  }

  /// A key that may see the live figures.
  func metricsKey() throws -> String { try access.keys.create(scope: .metrics) }

  private func events(_ strangerTitle: String?) -> EventBatch {
    var batch = EventBatch()
    for person in Self.people {
      var profile = Profile(user: person)
      profile.interests = ["astronomy", "chess"]
      profile.time = time.now
      batch.append(.profile(profile), received: time.now)
    }
    for number in 0..<16 {
      for (index, topic) in Self.topics.enumerated() {
        let words = topic.words.split(separator: " ")
        var item = Item(id: "\(topic.name)-\(number)")
        item.author = "writer-\((number * 5 + index * 2) % 12)"
        item.title = "\(words[number % 7]) and \(words[(number * 3 + 1) % 7]), part \(number)"
        item.text = topic.words
        item.topic = topic.name
        item.category = topic.name
        item.created = time.now.advanced(milliseconds: -Int64(number * 6 + index) * 600_000)
        batch.append(.itemPublished(item), received: time.now)
      }
    }
    if let strangerTitle {
      var item = Item(id: "stranger")
      item.author = "nobody-knows"
      item.title = strangerTitle
      item.topic = "astronomy"
      item.created = time.now
      batch.append(.itemPublished(item), received: time.now)
    }
    return batch
  }
}

/// The readers of the town as users of a demo.
private struct Readers: DemoUsers {
  func find(_ query: String, limit: Int) -> [DemoUser] {
    Town.people.filter { query.isEmpty || $0.contains(query) }.prefix(limit).map {
      DemoUser(id: $0, region: "", follows: 0, interests: ["astronomy", "chess"])
    }
  }
}
