import Feed
import Foundation
import Lab
import TestKit
import Testing

/// A folder that goes away with the test.
final class TestFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/updraft-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  func write(_ name: String, _ data: Data) throws -> String {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

/// An engine over a log in memory.
final class Target {
  let engine: Engine
  private(set) var batches = 0
  /// Fails after so many batches.
  var batchesMax = Int.max

  struct Stopped: Error {}

  init(world: WorldSettings = WorldSettings()) throws {
    var configuration = Configuration()
    configuration.world = world
    engine = Engine(
      configuration: configuration, log: MemoryLog(), snapshots: nil, time: FakeTime())
    try engine.start()
  }

  deinit { engine.stop() }

  func submit(_ batch: EventBatch) throws -> [Outcome] {
    guard batches < batchesMax else { throw Stopped() }
    batches += 1
    return try engine.submit(batch).map(\.outcome)
  }

  var items: Int { engine.read { $0.itemCount } }
  var users: Int { engine.read { $0.userCount } }
  var follows: Int { engine.read { $0.followCount } }
  var tally: Tally { engine.read { $0.tally } }
}

@Suite struct ImporterTests {
  private func run(_ options: ImportOptions, _ target: Target) throws -> ImportProgress {
    try Importer(options, time: RealTime()).run(submit: target.submit)
  }

  @Test func aTableWithAMapBecomesEvents() throws {
    let folder = try TestFolder()
    let path = try folder.write(
      "log.csv",
      """
      uid,post_id,kind,ts,note
      ann,p1,click,1767225600000,plain
      bob,"p,2",like,1767225601000,"a ""quoted"" word
      over two lines"
      cid,p3,,1767225602000,no kind
      dan,p4,fly,1767225603000,unknown
      eve,,click,1767225604000,no item
      fay,p6,click,yesterday,no time
      gus,p7

      """)
    var options = ImportOptions(path: path)
    options.map = try ColumnMap(
      parsing: "user=uid,item=post_id,event=kind|const:click,time=ts:ms")
    options.rejects = folder.path + "/rejects"
    let target = try Target()
    let result = try run(options, target)
    #expect(result.read == 7 && result.accepted == 3 && result.rejected == 4)
    #expect(target.users == 3 && target.items == 3)
    #expect(target.engine.read { $0.item("p,2") != nil && $0.user("cid") != nil })
    let rejects = try folder.read("rejects").split(separator: "\n")
    #expect(rejects.count == 4)
    for (line, reason) in zip(
      rejects, ["log.csv:6\tevent:", "log.csv:7\tmissing:", "time:", "unr"])
    {
      #expect(line.contains(reason))
    }
    #expect(rejects[2].hasSuffix("fay,p6,click,yesterday,no time"))
  }

  @Test func linesOfJSONOfEveryKindBecomeEvents() throws {
    let folder = try TestFolder()
    let path = try folder.write(
      "all.jsonl",
      """
      {"type":"item","item_id":"i","author_id":"a","title":"One","tags":["x","y"],\
      "created_at":"2026-01-01T00:00:00Z"}
      {"type":"user","user_id":"u","region":"kyiv","interests":["x"]}
      {"type":"follow","follower_id":"u","followee_id":"a","weight":0.5}
      {"user_id":"u","item_id":"i","event":"dwell","duration_sec":12.5,\
      "timestamp":"2026-01-01T00:01:00+01:00"}
      {"type":"event","user_id":"u","author_id":"a","event":"mute","timestamp":1767225600}

      not json
      {"type":"event","user_id":"u","item_id":"i","event":"like","timestamp":-5}
      {"type":"wish","user_id":"u"}
      {"type":"unfollow","follower_id":"u","followee_id":"a"}
      {"type":"delete","item_id":"i"}
      """)
    let target = try Target()
    let result = try run(ImportOptions(path: path), target)
    #expect(result.read == 10 && result.accepted == 7 && result.rejected == 3)
    #expect(target.items == 0 && target.users == 2 && target.follows == 0)
  }

  @Test func importingTwiceCountsOnce() throws {
    let folder = try TestFolder()
    var lines = ""
    for number in 0..<500 {
      lines += "{\"user_id\":\"u\(number % 7)\",\"item_id\":\"i\",\"event\":\"click\"}\n"
    }
    let path = try folder.write("clicks.jsonl", lines)
    var options = ImportOptions(path: path)
    options.batchEvents = 64
    let target = try Target()
    #expect(try run(options, target).accepted == 500)
    let again = try run(options, target)
    #expect(again.accepted == 0 && again.duplicates == 500)
    #expect(target.tally.applied == 500)
  }

  @Test func aBrokenImportGoesOnWhereItStopped() throws {
    let folder = try TestFolder()
    var lines = "user_id,item_id,event\n"
    for number in 0..<1_000 { lines += "u\(number),i,click\n" }
    let path = try folder.write("clicks.csv", lines)
    var options = ImportOptions(path: path)
    options.batchEvents = 100
    options.state = folder.path + "/state"
    let target = try Target()
    target.batchesMax = 4
    #expect(throws: Target.Stopped.self) { try run(options, target) }
    #expect(target.users == 400)
    target.batchesMax = .max
    let rest = try run(options, target)
    // Nothing that was acknowledged is sent again.
    #expect(rest.accepted == 600 && rest.duplicates == 0 && target.users == 1_000)
    #expect(try run(options, target).accepted == 0)
    // Another file begins at its own start.
    options.path = try folder.write("more.csv", "user_id,item_id,event\nx,i,click\n")
    #expect(try run(options, target).accepted == 1)
  }

  @Test func aDryRunSubmitsNothing() throws {
    let folder = try TestFolder()
    let path = try folder.write("one.csv", "user_id,item_id,event\nu,i,click\nu,i,fly\n")
    var options = ImportOptions(path: path)
    options.dryRun = true
    options.state = folder.path + "/state"
    let target = try Target()
    let result = try run(options, target)
    #expect(result.accepted == 1 && result.rejected == 1 && target.tally.applied == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/state"))
  }

  @Test(arguments: ["user", "user=", "flavour=x", "time=ts:hours"])
  func aMapThatMakesNoSenseIsRefused(map: String) {
    #expect { try ColumnMap(parsing: map) } throws: { ($0 as? LabError)?.code == .option }
  }

  @Test func aMapToAColumnThatIsNotThereIsRefused() throws {
    let folder = try TestFolder()
    var options = ImportOptions(path: try folder.write("a.csv", "user,item\nann,a\n"))
    options.map = try ColumnMap(parsing: "user=visitor")
    let target = try Target()
    #expect { try run(options, target) } throws: { error in
      (error as? LabError)?.code == .option && "\(error)".contains("'visitor'")
        && "\(error)".contains("user, item")
    }
    #expect(target.tally.applied == 0)
  }

  @Test func missingAndDamagedFilesAreNamed() throws {
    let folder = try TestFolder()
    let missing = folder.path + "/none.csv"
    #expect { try run(ImportOptions(path: missing), Target()) } throws: { error in
      (error as? LabError)?.code == .file && "\(error)".contains(missing)
    }
    let gzip = try #require(Data(base64Encoded: "H4sIAAAAAAAAAytJLS4BAAx+f9gEAAAA"))
    let cut = try folder.write("cut.csv.gz", gzip.prefix(14))
    #expect(throws: LabError.self) { try run(ImportOptions(path: cut), Target()) }
  }
}
