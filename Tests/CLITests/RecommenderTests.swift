import CLI
import HTTP
import JSON
import TestKit
import Testing

/// `updraft evaluate recommender` and `updraft train vectors`, as programs.
@Suite struct RecommenderTests {
  private let folder = TemporaryFolder()

  /// Two tastes: everybody of one turns to the items of that one, at ascending times.
  private func interactions(_ users: Int = 40) -> String {
    var lines = ""
    for step in 0..<6 {
      for user in 0..<users where user % 5 + step < 9 {
        let item = user % 2 * 10 + (user / 2 + step * 3) % 8
        lines += "u\(user)\ti\(item)\t\(1 + step % 5)\t\(1_000 + step * 100 + user)\n"
      }
    }
    return lines
  }

  @Test func comparesModelsOnFilesAndWritesAReport() throws {
    let path = try Disk.write(interactions(), folder.path + "/all.tsv")
    let report = folder.path + "/a/report"
    let words = [
      "evaluate", "recommender", "--train", path, "--split", "leave-one-out", "--k", "3",
      "--models", "popularity,itemknn,ease,ials,sar", "--json", "--report", report,
    ]
    let ending = try Program.run(words)
    #expect(ending.code == 0, "\(ending.error)")
    let lines = ending.output.split(separator: "\n")
    #expect(lines.count == 5)
    var figures: [String: Double] = [:]
    for line in lines {
      let json = try JSONParser().parse(String(line))
      let model = try json.require("model").string()
      for name in ["map", "ndcg", "precision", "recall", "hr", "coverage", "seconds"] {
        #expect(try json.require(name).double() >= 0)
      }
      figures[model] = try json.require("ndcg").double()
    }
    // Half of what is popular is of the other taste.
    #expect((figures["ease"] ?? 0) > (figures["popularity"] ?? 1))
    #expect((figures["ials"] ?? 0) > (figures["popularity"] ?? 1))
    #expect(TestFile.names(report) == ["report.html", "report.json"])
    let again = try Program.run(words)
    func withoutTime(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        String(line.replacing(#/"seconds":[^,]*/#, with: ""))
      }
    }
    #expect(withoutTime(again.output) == withoutTime(ending.output))
    let table = try Program.run(
      "evaluate", "recommender", "--train", path, "--split", "time:0.7", "--models", "recent")
    #expect(table.code == 0 && table.output.contains("tail items"), "\(table.error)")
  }

  @Test func saysWhatIsWrong() throws {
    let path = try Disk.write("u\ti\t3\t4\nu\ti\tgood\t5\n", folder.path + "/bad.tsv")
    let broken = try Program.run("evaluate", "recommender", "--train", path, "--split", "time:0.5")
    #expect(broken.code == 1 && broken.error.contains(path + ":2: rating 'good'"))
    let all = try Disk.write(interactions(), folder.path + "/all.tsv")
    for (words, says) in [
      (["--train", all], "--test is missing"), (["--train", all, "--split", "weekly"], "weekly"),
      (["--train", all, "--test", all, "--split", "time:0.5"], "not with --test"),
      (["--train", all, "--split", "time:0.5", "--models", "magic"], "there are popularity"),
    ] {
      let ending = try Program.run(["evaluate", "recommender"] + words)
      #expect(ending.code == 2 && ending.error.contains(says), "\(ending.error)")
    }
  }

  @Test func itemVectorsAreLearnedFromTheLogAndServe() throws {
    let data = folder.path + "/data"
    var items = "item_id,title\n"
    for item in 0..<20 { items += "i\(item),title \(item)\n" }
    let catalogue = try Disk.write(items, folder.path + "/items.csv")
    let made = try Program.run("import", catalogue, "--kind", "item", "--data", data, "--create")
    #expect(made.code == 0, "\(made.error)")
    let events = try Disk.write(
      "user\titem\trating\ttime\n" + interactions(), folder.path + "/events.tsv")
    let taken = try Program.run(
      "import", events, "--kind", "event", "--data", data, "--map",
      "user=user,item=item,time=time:s,event=const:like")
    #expect(taken.code == 0, "\(taken.error)")

    let none = try Program.run("train", "vectors", "--data", data)
    #expect(none.code == 1 && none.error.contains("world.spaces.cf"), "\(none.error)")
    let space = ["--set", "world.spaces.cf.dimension=8"]
    let words = [
      "train", "vectors", "--data", data, "--dimension", "8", "--json",
    ]
    let ending = try Program.run(words + space)
    #expect(ending.code == 0, "\(ending.error)")
    let json = try JSONParser().parse(ending.output)
    #expect(try json.require("version").int() == 2 && json.require("serves").bool())
    #expect(try json.require("items").int() == 16)

    let server = try RunningServer(data, "--set", "world.spaces.cf.dimension=8")
    let key = try server.key("admin")
    // An admin key fills a space; it does not read for users.
    let answer = try server.send(
      "POST", "/v1/vectors/cf/search", as: server.key("service"), #"{"item_id":"i0","k":7}"#)
    #expect(answer.status == 200, "\(answer.text)")
    let found = try JSONParser().parse(answer.body)
    #expect(try found.require("version").int() == 2, "\(answer.text)")
    let near = try found.require("hits").elements().map { try $0.require("item_id").string() }
    // Those of the same taste, i0 to i7.
    #expect(near.count == 7 && near.allSatisfy { $0.count == 2 }, "\(near)")
    // Once more, beside the running server.
    let next = try Program.run(words + space + ["--server", server.address, "--key", key])
    #expect(next.code == 0, "\(next.error)")
    #expect(try JSONParser().parse(next.output).require("version").int() == 3)
    _ = server.stop()
    let few = try Program.run(words + space + ["--least-users", "1000"])
    #expect(few.code == 1 && few.error.contains("too few to learn from"), "\(few.error)")
  }
}
