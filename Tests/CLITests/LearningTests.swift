import CLI
import Feed
import JSON
import Stores
import TestKit
import Testing

/// `updraft train export` and `updraft simulate`, as people call them.
@Suite struct LearningTests {
  @Test func exportsTheExamplesOfALogBesideItsServer() throws {
    let folder = TemporaryFolder()
    let data = folder.path + "/data"
    let directory = try DataDirectory(data, access: .write)
    let log = try SQLiteLog(directory)
    _ = try log.append(batch())
    // The log is open for writing, as a server has it.
    let export = { (name: String, more: [String]) in
      try Program.run(
        ["train", "export", "--data", data, "--output", folder.path + "/" + name, "--format"]
          + more)
    }
    let first = try export("a.csv", ["csv", "--json"])
    #expect(first.code == 0, "\(first.error)")
    let report = try JSONParser().parse(first.output)
    #expect(try report.require("rows").int() == 2)
    #expect(try report.require("labels").require("click").int() == 1)
    #expect(try report.require("interactions").require("by_request").int() == 1)
    try log.close()
    // After a restart of the server the bytes are the same.
    let again = try SQLiteLog(directory)
    #expect(try export("b.csv", ["csv"]).code == 0)
    try again.close()
    #expect(
      try TestFile.read(folder.path + "/a.csv") == TestFile.read(folder.path + "/b.csv"))
    let none = try export("c.csv", ["csv", "--from", "2027-01-01T00:00:00Z"])
    #expect(none.output.hasPrefix("0 rows"))
    let wrong = try export("d.csv", ["csv", "--labels", "click,clik"])
    #expect(wrong.code == 2)
    #expect(wrong.error.contains("clik is no label"))
  }

  @Test func simulatesTheSameDaysEveryTime() throws {
    let words = [
      "simulate", "--days", "1", "--users", "20", "--pages-per-user", "2", "--posts-per-day", "5",
      "--seed", "9", "--json",
    ]
    let first = try Program.run(words)
    #expect(first.code == 0, "\(first.error)")
    let report = try JSONParser().parse(first.output)
    #expect(try report.require("pages").int() == 40)
    #expect(try report.require("comparisons").elements().map(\.self).count == 1)
    #expect(try Program.run(words).output == first.output)
    let wrong = try Program.run("simulate", "--arms", "home,nowhere", "--days", "1")
    #expect(wrong.code != 0)
    #expect(wrong.error.contains("nowhere"), "\(wrong.error)")
  }

  @Test func simulatesDaysThatTeachARanker() throws {
    let folder = TemporaryFolder()
    let ending = try Program.run(
      "simulate", "--train-after", "3", "--days", "4", "--users", "40", "--posts-per-day", "30",
      "--rounds", "10", "--threads", "1", "--output", folder.path + "/model", "--json")
    #expect(ending.code == 0, "\(ending.error)")
    let report = try JSONParser().parse(ending.output)
    let model = try report.require("model")
    #expect(try model.require("examples").int() > 1_000)
    #expect(try model.require("metrics").require("ndcg@10").double() > 0)
    let arms = try report.require("arms").elements().map { try $0.require("arm").string() }
    #expect(arms == ["home", "learned"])
    // The folder is a model as `updraft train ranker` writes one.
    let read = try ModelFolder.read(folder.path + "/model", id: nil).artifact
    #expect(read.manifest.heads.contains { $0.name == "order" })
    for words in [
      ["--train-after", "4", "--days", "4"], ["--output", folder.path + "/none"],
      ["--train-after", "2", "--measured-from", "1"],
    ] {
      let wrong = try Program.run(["simulate", "--users", "10"] + words)
      #expect(wrong.code == 2, "\(words): \(wrong.error)")
    }
  }

  private func batch() -> EventBatch {
    let start = Timestamp(milliseconds: 1_767_225_600_000)
    var batch = EventBatch()
    let page = PageServed(
      user: "bob", surface: "home", requestID: "r1", offset: .zero, servedBy: 0, time: start,
      entries: ["a", "b"].map { .init(item: $0, score: 1, sources: 1) })
    batch.append(.pageServed(page), received: start)
    var click = Interaction(user: "bob", action: .click, target: "b", time: start)
    click.requestID = "r1"
    batch.append(.interaction(click), received: start)
    let later = start.advanced(milliseconds: 30 * 3_600_000)
    batch.append(.follow(Follow(follower: "x", followee: "y", time: later)), received: later)
    return batch
  }
}
