import CLI
import Feed
import JSON
import Stores
import TestKit
import Testing

/// `updraft train ranker` and `updraft evaluate ranker` over small files.
@Suite struct RankerTests {
  private let folder = TemporaryFolder()

  /// Queries of eight rows whose grade follows from two columns.
  private func write(_ name: String, queries: Int, seed: UInt64) throws -> [String] {
    var chance = SeededGenerator(seed: seed)
    var (rows, groups) = ("", "")
    for _ in 0..<queries {
      groups += "8\n"
      for _ in 0..<8 {
        let (a, b) = (
          Float.random(in: -1...1, using: &chance), Float.random(in: -1...1, using: &chance)
        )
        let sum = a + b + Float.random(in: -0.5...0.5, using: &chance)
        rows += "\(sum > 1 ? 2 : sum > 0 ? 1 : 0) 1:\(a) 2:\(b) 4:\(a * b)\n"
      }
    }
    let paths = ["svm", "group"].map { "\(folder.path)/\(name).\($0)" }
    try Disk.write(rows, paths[0])
    try Disk.write(groups, paths[1])
    return paths
  }

  @Test func trainsAModelAndMeasuresIt() throws {
    let train = try write("train", queries: 80, seed: 1)
    let valid = try write("valid", queries: 30, seed: 2)
    let model = folder.path + "/model"
    let trained = try Program.run(
      "train", "ranker", "--format", "svmlight", "--train", train[0], "--train-groups", train[1],
      "--valid", valid[0], "--valid-groups", valid[1], "--output", model, "--rounds", "20",
      "--threads", "1", "--json")
    #expect(trained.code == 0, "\(trained.error)")
    let json = try JSONParser().parse(trained.output)
    let id = try json.require("id").string()
    #expect(try json.require("heads").strings(maxCount: 9, maxBytes: 9) == ["order", "click"])
    let ndcg = try json.require("metrics").require("ndcg@10").double()
    #expect(ndcg > 0.8)

    let measured = try Program.run(
      "evaluate", "ranker", "--model", model, "--format", "svmlight", "--data", valid[0],
      "--groups", valid[1], "--samples", "50", "--json")
    #expect(measured.code == 0, "\(measured.error)")
    let found = try JSONParser().parse(measured.output)
    #expect(try found.require("model").string() == id)
    // XGBoost measured it in training, our own evaluation does here.
    #expect(abs(try found.require("ndcg_at_10").double() - ndcg) < 1e-6)
    for name in ["ndcg_at_1", "ndcg_at_3", "ndcg_at_5", "map", "mrr", "auc", "gauc"] {
      let value = try found.require(name).double()
      #expect(try found.require(name + "_low").double() <= value, "\(name)")
      #expect(try found.require(name + "_high").double() >= value, "\(name)")
    }
    let table = try Program.run(
      "evaluate", "ranker", "--model", model, "--format", "svmlight", "--data", valid[0],
      "--groups", valid[1])
    #expect(table.code == 0 && table.output.contains("ndcg@10"))
    #expect(table.error.contains("nothing is measured by surface"), "\(table.error)")
  }

  /// Pages of two items: at home the newer one is clicked, as the model says, in the trends the
  /// other one.
  private func writeLog(_ path: String, isOver: Bool = true) throws {
    let start = Timestamp(milliseconds: 1_767_225_600_000)
    var batch = EventBatch()
    for number in 0..<40 {
      let time = start.advanced(milliseconds: Int64(number) * 60_000)
      let isHome = number % 4 > 0
      var page = PageServed(
        user: "bob", surface: isHome ? "home" : "trending", requestID: "r\(number)",
        offset: .zero, servedBy: 0, time: time,
        entries: ["new", "old"].map { .init(item: $0, score: 1, sources: 1) })
      page.features = [Feature.recency.rawValue, Feature.popularity.rawValue]
      page.entries[0].features = [0.875, 0.5]
      page.entries[1].features = [0.125, 0.5]
      batch.append(.pageServed(page), received: time)
      var click = Interaction(
        user: "bob", action: .click, target: isHome ? "new" : "old", time: time)
      click.requestID = page.requestID
      batch.append(.interaction(click), received: time)
    }
    // Labels are complete once the log has gone on for so long.
    let later = start.advanced(milliseconds: 60 * 3_600_000)
    if isOver {
      batch.append(.follow(Follow(follower: "x", followee: "y", time: later)), received: later)
    }
    let log = try SQLiteLog(DataDirectory(path, access: .write))
    _ = try log.append(batch)
    try log.close()
  }

  @Test func measuresWhatWasServedBySurface() throws {
    let data = folder.path + "/data"
    try writeLog(data)
    let model = folder.path + "/model"
    try ModelFolder.write(SmallModel.artifact(), to: model)
    let words = ["evaluate", "ranker", "--model", model, "--format", "log", "--data", data]
    let measured = try Program.run(words + ["--samples", "20", "--json"])
    #expect(measured.code == 0, "\(measured.error)")
    let found = try JSONParser().parse(measured.output)
    #expect(try found.require("queries").int() == 40)
    var segments: [String] = []
    for segment in try found.require("segments").elements() {
      let name = try segment.require("name").string()
      let queries = try segment.require("queries").int()
      segments.append("\(name) \(queries) \(try segment.require("mrr").double())")
    }
    #expect(segments == ["home 30 1.0", "trending 10 0.5"])
    let table = try Program.run(words)
    #expect(table.output.contains("surface  trending"), "\(table.output)")
    let rows = try write("rows", queries: 9, seed: 4)
    let file = try Program.run(
      "evaluate", "ranker", "--model", model, "--format", "svmlight", "--data", rows[0])
    #expect(file.code == 1, "the model knows features of pages")
    let wrong = try Program.run(words + ["--groups", rows[1]])
    #expect(wrong.code == 2 && wrong.error.contains("--groups"), "\(wrong.error)")
  }

  @Test func saysHowLongWindowsAreOpen() throws {
    let data = folder.path + "/open"
    try writeLog(data, isOver: false)
    let model = folder.path + "/model"
    try ModelFolder.write(SmallModel.artifact(), to: model)
    for words in [
      ["evaluate", "ranker", "--model", model, "--format", "log", "--data", data],
      ["train", "ranker", "--data", data, "--output", folder.path + "/new"],
    ] {
      let ending = try Program.run(words)
      #expect(ending.code == 1)
      for text in [
        "windows of 40 pages (80 rows) are still open", "from 2026-01-02T01:00:00Z",
        "to 2026-01-02T01:39:00Z", "learning.windows",
      ] {
        #expect(ending.error.contains(text), "\(text) in \(ending.error)")
      }
    }
    // With windows of minutes most pages are complete; how many are not is told.
    let words = ["evaluate", "ranker", "--model", model, "--format", "log", "--data", data]
    var short = ["--set", "learning.attribution=1m", "--set", "learning.allowed_lateness=10m"]
    for objective in Objective.allCases {
      short += ["--set", "learning.windows.\(objective.name)=1m"]
    }
    let some = try Program.run(words + short)
    #expect(some.code == 0, "\(some.error)")
    #expect(some.error.contains("windows of 12 pages (24 rows)"), "\(some.error)")
  }

  @Test func saysWhatIsWrong() throws {
    let train = try write("train", queries: 2, seed: 3)
    let few = try Program.run(
      "train", "ranker", "--format", "svmlight", "--train", train[0], "--train-groups", train[1],
      "--output", folder.path + "/model")
    #expect(few.code == 1 && few.error.contains("too few"), "\(few.error)")
    let groups = try Disk.write("8\n9\n", folder.path + "/wrong.group")
    let wrong = try Program.run(
      "train", "ranker", "--format", "svmlight", "--train", train[0], "--train-groups", groups,
      "--output", folder.path + "/model")
    #expect(wrong.code == 1 && wrong.error.contains(groups + ":2: "), "\(wrong.error)")
    let nothing = try Program.run("train", "ranker", "--output", folder.path + "/model")
    #expect(nothing.code == 2 && nothing.error.contains("--data DIR"), "\(nothing.error)")
    let missing = try Program.run(
      "evaluate", "ranker", "--model", folder.path + "/none", "--format", "svmlight", "--data",
      train[0])
    #expect(missing.code == 1 && missing.error.contains("no such folder"), "\(missing.error)")
  }
}
