import CLI
import HTTP
import JSON
import TestKit
import Testing

/// `updraft train neighbours`, as a program.
@Suite struct NeighbourTests {
  private let folder = TemporaryFolder()

  /// Two tastes of eight items each; three of every four users hold to half of theirs.
  private func interactions() -> String {
    var lines = ""
    for user in 0..<40 {
      for step in 0..<4 {
        let item = user % 2 * 10 + (user / 2 + step * 3) % 8
        lines += "u\(user)\ti\(item)\t1\t\(1_000 + step * 100 + user)\n"
      }
    }
    return lines
  }

  private func world() throws -> String {
    let data = folder.path + "/data"
    var items = "item_id,title\n"
    for item in 0..<20 { items += "i\(item),title \(item)\n" }
    let catalogue = try Disk.write(items, folder.path + "/items.csv")
    let made = try Program.run("import", catalogue, "--kind", "item", "--data", data, "--create")
    #expect(made.code == 0, "\(made.error)")
    return data
  }

  @Test(arguments: ["itemknn", "ease"])
  func aNewWorldGetsTheNeighboursOfAnother(model: String) throws {
    let data = try world()
    let file = try Disk.write(
      interactions() + "u1\tforeign\t1\t1\nu3\tforeign\t1\t1\n", folder.path + "/views.tsv")
    let words = [
      "train", "neighbours", "--train", file, "--model", model, "--neighbours", "5",
      "--least-users", "2", "--json",
    ]
    let ending = try Program.run(words + ["--data", data])
    #expect(ending.code == 0, "\(ending.error)")
    let json = try JSONParser().parse(ending.output)
    #expect(try json.require("items").int() == 17)
    #expect(try json.require("unknown_items").int() == 1)
    // A page about an item that nobody has touched here: those of its taste, seen together.
    let server = try RunningServer(data)
    let answer = try server.send(
      "GET", "/v1/items/i0/similar?limit=20", as: server.key("service"))
    #expect(answer.status == 200, "\(answer.text)")
    let together = try JSONParser().parse(answer.body).require("items").elements().filter {
      try $0.require("reason").string() == "seen_together"
    }.map { try $0.require("item_id").string() }
    #expect(!together.isEmpty && together.allSatisfy { $0.count == 2 }, "\(answer.text)")
    // Once more, beside the running server.
    let key = try server.key("admin")
    let next = try Program.run(words + ["--server", server.address, "--key", key])
    #expect(next.code == 0, "\(next.error)")
    #expect(
      try server.send("GET", "/admin/neighbours", as: key).text.contains(
        #""table":"\#(try JSONParser().parse(next.output).require("table").string())""#))
    _ = server.stop()
  }

  @Test func theLogTeachesToo() throws {
    let data = try world()
    let events = try Disk.write(
      "user\titem\trating\ttime\n" + interactions(), folder.path + "/events.tsv")
    let taken = try Program.run(
      "import", events, "--kind", "event", "--data", data, "--map",
      "user=user,item=item,time=time:s,event=const:like")
    #expect(taken.code == 0, "\(taken.error)")
    let ending = try Program.run("train", "neighbours", "--data", data)
    #expect(ending.code == 0 && ending.output.contains("neighbours of 16 items"), "\(ending.error)")
    #expect(!ending.output.contains("not known"))
  }

  @Test func whatCannotBeLearnedSaysWhy() throws {
    let data = try world()
    let file = try Disk.write(interactions(), folder.path + "/views.tsv")
    for (words, code, says) in [
      ([], 2, "--data"), (["--data", data], 1, "too few to learn from"),
      (["--data", data, "--train", file, "--model", "magic"], 2, "there are itemknn, ease"),
      (["--data", data, "--train", file, "--similarity", "none"], 2, "cosine, jaccard"),
      (["--data", data, "--train", file, "--neighbours", "201"], 2, "--neighbours"),
      (["--train", file], 2, "--server"),
      (["--data", data, "--train", data + "/x"], 1, data + "/x"),
    ] as [([String], Int32, String)] {
      let ending = try Program.run(["train", "neighbours"] + words)
      #expect(ending.code == code && ending.error.contains(says), "\(words): \(ending.error)")
    }
  }
}
