import CLI
import Feed
import Glibc
import HTTP
import JSON
import Stores
import TestKit
import Testing

@Suite struct LogTests {
  private let world: SmallWorld

  init() throws { world = try SmallWorld(events: 3_000) }

  @Test func countsWhatIsThere() throws {
    let ending = try Program.run("log", "stats", "--data", world.path, "--json")
    #expect(ending.code == 0, "\(ending.error)")
    let json = try JSONParser().parse(ending.output)
    let records = try json.require("records").int()
    #expect(records > 0 && records <= 3_000, "seed \(world.seed)")
    var sum = 0
    for member in try json.require("kinds").members() { sum += try member.value.int() }
    #expect(sum == records)
    #expect(try json.require("end").int() == records)
    #expect(try json.require("dead_letters").int() == 1)
    let text = try Program.run("log", "stats", "--data", world.path)
    #expect(text.output.contains("unknown-action"))
  }

  @Test func listsDeadLettersWithTheirText() throws {
    let ending = try Program.run("log", "dead", "--data", world.path, "--json")
    #expect(ending.code == 0)
    let json = try JSONParser().parse(ending.output)
    #expect(try json.require("text").string() == #"{"item_id":"i1","action":"clik"}"#)
    #expect(try json.require("reason").string() == "unknown-action: 'clik' is no action")
    #expect(try json.require("origin").string() == "POST /v1/interactions")
    let after = try json.require("id").int()
    let none = try Program.run("log", "dead", "--data", world.path, "--after", "\(after)")
    #expect(none.output == "no dead letters\n")
    let people = try Program.run("log", "dead", "--data", world.path)
    #expect(people.output.contains("2026-01-01T00:00:00Z"))
  }

  @Test func findsEveryChangedRecord() throws {
    #expect(try Program.run("log", "check", "--data", world.path).code == 0)
    try Disk.overwrite(try world.withoutWriteAhead(), every: "topic 3", with: "topic 7")
    let ending = try Program.run("log", "check", "--data", world.path)
    #expect(ending.code == 1)
    #expect(ending.error.contains("damaged or missing"), "\(ending.error)")
    let json = try Program.run("log", "check", "--data", world.path, "--json")
    #expect(json.output.contains(#""sound":false"#))
  }

  @Test func writesAgainOnceTheLossIsAccepted() throws {
    let nothing = try Program.run("log", "accept-loss", "--data", world.path)
    #expect(nothing.output.contains("nothing is damaged"), "\(nothing.error)")
    try Disk.overwrite(try world.withoutWriteAhead(), every: "topic 3", with: "topic 7")
    let accepted = try Program.run("log", "accept-loss", "--data", world.path)
    #expect(accepted.code == 0, "\(accepted.error)")
    #expect(accepted.output.hasPrefix("given up: "))
    #expect(try Program.run("log", "check", "--data", world.path).code == 0)
    let server = try RunningServer(world.path)
    let post = #"{"post_id":"after","author_id":"bob","title":"One"}"#
    let answer = try server.send("POST", "/v1/posts", as: try server.key("service"), post)
    #expect(answer.status == 201, "\(answer.text)")
    #expect(server.stop().code == 0)
  }

  @Test func refusesTheLogOfANewerProgram() throws {
    // The schema's version stands big-endian at byte 60 of a SQLite file.
    try Disk.overwrite(try world.withoutWriteAhead(), at: 60, with: [0, 0, 0, 99])
    for words in [["log", "stats"], ["replay"]] {
      let ending = try Program.run(words + ["--data", world.path])
      #expect(ending.code == 1)
      #expect(ending.error.contains("has schema 99"), "\(ending.error)")
    }
  }

  @Test(arguments: [["log", "stats"], ["log", "dead"], ["log", "check"], ["replay"]])
  func saysThatAFolderIsNotThere(_ words: [String]) throws {
    let ending = try Program.run(words + ["--data", world.folder.path + "/none"])
    #expect(ending.code == 1)
    #expect(ending.error.contains("none: there is no such folder; check --data"))
  }
}

@Suite struct ReplayTests {
  @Test func rebuildsTheLiveState() throws {
    let world = try SmallWorld(events: 5_000)
    let ending = try Program.run("replay", "--data", world.path, "--verify")
    #expect(ending.code == 0, "seed \(world.seed): \(ending.error)")
    #expect(ending.output.hasPrefix("live = rebuilt at offset "))
    #expect(ending.output.contains("from the log's beginning"))
    let json = try Program.run("replay", "--data", world.path, "--json")
    let verified = try Program.run("replay", "--data", world.path, "--verify", "--json")
    let whole = try JSONParser().parse(json.output).require("rebuilt").string()
    #expect(verified.output.contains(#""equal":true"#))
    #expect(verified.output.contains(whole))
  }

  @Test func saysHowManyEventsWereNotCompared() throws {
    let world = try SmallWorld(events: 500)
    do {
      let log = try SQLiteLog(try DataDirectory(world.path, access: .write))
      var source = RandomEvents(SeededGenerator(seed: world.seed &+ 1))
      _ = try log.append(source.batch(1_234))
      try log.close()
    }
    let ending = try Program.run("replay", "--data", world.path, "--verify")
    #expect(ending.code == 0, "seed \(world.seed): \(ending.error)")
    #expect(ending.output.contains("1,234 newer events were not compared"), "\(ending.output)")
    let json = try Program.run("replay", "--data", world.path, "--verify", "--json")
    #expect(try JSONParser().parse(json.output).require("not_compared").int() == 1_234)
  }

  /// Nothing noted, or the digest of an empty world alone: nothing is proven by either.
  @Test func failsWhereNothingWasNoted() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/data"
    var source = RandomEvents(SeededGenerator(seed: 5))
    do {
      let log = try SQLiteLog(try DataDirectory(path, access: .write))
      let settings = WorldSettings()
      try log.mark(
        DigestMark(
          offset: .zero, digest: World(settings: settings).digest(),
          configuration: settings.digest))
      let empty = try Program.run("replay", "--data", path, "--verify")
      #expect(empty.code == 0, "\(empty.error)")
      _ = try log.append(source.batch(100))
      try log.close()
    }
    let ending = try Program.run("replay", "--data", path, "--verify")
    #expect(ending.code == 4 && ending.error.contains("noted no digest yet"), "\(ending.error)")
    #expect(ending.output.isEmpty)
  }

  /// Also where an older digest was noted under the settings of the command: that one says nothing
  /// of what the server has now.
  @Test func wantsTheServersConfiguration() throws {
    let world = try SmallWorld(events: 100)
    let other = ["--set", "world.inbox_items=7"]
    let ending = try Program.run(["replay", "--data", world.path, "--verify"] + other)
    #expect(ending.code == 4, "\(ending.output)")
    #expect(ending.error.contains("under other world settings (the block `world`)"))
    #expect(ending.error.contains("--config"), "\(ending.error)")
    let server = try RunningServer(world.path, "--set", "world.inbox_items=7")
    let post = #"{"post_id":"after","author_id":"bob","title":"One"}"#
    #expect(try server.send("POST", "/v1/posts", as: try server.key("service"), post).status == 201)
    #expect(server.stop().code == 0)
    #expect(try Program.run(["replay", "--data", world.path, "--verify"] + other).code == 0)
    let old = try Program.run("replay", "--data", world.path, "--verify")
    #expect(old.code == 4 && old.error.contains("other world settings"), "\(old.error)")
  }

  @Test func seesThatAnEventIsNotTheOneThatWasServed() throws {
    let world = try SmallWorld(events: 5_000)
    try Disk.overwrite(try world.withoutWriteAhead(), every: "topic 3", with: "topic 7")
    let ending = try Program.run("replay", "--data", world.path, "--verify")
    #expect(ending.code == 1)
    #expect(ending.error.contains("is not the one that the server had"), "\(ending.error)")
  }
}
