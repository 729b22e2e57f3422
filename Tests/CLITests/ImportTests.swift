import CLI
import Glibc
import HTTP
import JSON
import TestKit
import Testing

@Suite struct ImportTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  private static let films = """
    sku,name,genre,made
    f1,The Long Climb,drama,2026-01-01T00:00:00Z
    f2,Moss,nature,2026-01-02T00:00:00Z
    f3,Night Trains,drama,2026-01-03T00:00:00Z

    """
  private static let views = """
    uid,vid,ts
    ada,f1,1767225600000
    ada,,1767225600000
    bob,f3,1767229200000

    """

  private func file(_ name: String, _ text: String) throws -> String {
    try Disk.write(text, "\(folder.path)/\(name)")
  }

  private func words(_ to: [String], _ file: String, _ kind: String, _ map: String) -> [String] {
    ["import", file, "--kind", kind, "--map", map] + to
      + (to.contains("--data") ? ["--create"] : [])
  }

  private func importBoth(_ to: [String]) throws -> (ChildProcess.Ending, ChildProcess.Ending) {
    let films = try Program.run(
      words(to, try file("films.csv", Self.films), "item", "item=sku,title=name,category=genre"))
    let views = try Program.run(
      words(
        to + ["--rejects", folder.path + "/rejects.txt", "--json"],
        try file("views.csv", Self.views), "event", "user=uid,item=vid,time=ts:ms,event=const:click"
      )
    )
    return (films, views)
  }

  @Test func aTableBecomesAPage() throws {
    let (films, views) = try importBoth(["--data", data])
    #expect(films.code == 0, "\(films.error)")
    #expect(films.output.contains("3 events taken"))
    #expect(views.code == 3, "some rows were refused: \(views.error)")
    let summary = try JSONParser().parse(views.output)
    #expect(try summary.require("accepted").int() == 2)
    #expect(try summary.require("rejected").int() == 1)
    let rejects = String(
      decoding: try TestFile.read(folder.path + "/rejects.txt"), as: UTF8.self)
    #expect(rejects.contains("views.csv:3\t"), "\(rejects)")

    let server = try RunningServer(data)
    let page = try server.page("/v1/feed?surface=trending", as: try server.token("eve"))
    #expect(Set(page) == ["f1", "f3"] || Set(page) == ["f1", "f2", "f3"], "\(page)")
    #expect(server.stop().code == 0)
  }

  @Test func countsAFileOnceHoweverOftenItComes() throws {
    _ = try importBoth(["--data", data])
    let (films, views) = try importBoth(["--data", data])
    #expect(films.output.contains("0 events taken, 3 known already"), "\(films.output)")
    #expect(views.output.contains(#""accepted":0,"duplicates":2"#), "\(views.output)")
  }

  @Test func postsToARunningServer() throws {
    let server = try RunningServer(data)
    let to = ["--server", server.address, "--key", try server.key("service")]
    let (films, views) = try importBoth(to)
    #expect(films.code == 0, "\(films.error)")
    #expect(views.code == 3, "\(views.error)")
    let page = try server.page("/v1/feed?surface=trending", as: try server.token("eve"))
    #expect(page.contains("f1"))
    let offline = try Program.run(
      words(["--data", data], try file("a.csv", Self.films), "item", ""))
    #expect(offline.code != 0, "a running server has the folder")
    #expect(server.stop().code == 0)
  }

  @Test func takesEveryKindOverHTTP() throws {
    let lines = """
      {"type":"item","item_id":"i1","author_id":"bob","title":"One","tags":["a b"],"language":"en"}
      {"type":"user","user_id":"ada","region":"kyiv","interests":["one"]}
      {"type":"follow","follower_id":"ada","followee_id":"bob","weight":0.5}
      {"type":"follow","follower_id":"eve","followee_id":"bob"}
      {"type":"unfollow","follower_id":"eve","followee_id":"bob"}
      {"type":"item","item_id":"i2","author_id":"bob","title":"Two"}
      {"type":"delete","item_id":"i2"}
      {"type":"event","user_id":"ada","item_id":"i1","event":"dwell","value":2500}

      """
    let server = try RunningServer(data)
    let ending = try Program.run(
      "import", try file("all.jsonl", lines), "--server", server.address, "--key",
      try server.key("service"), "--json")
    #expect(ending.code == 0, "\(ending.output) \(ending.error)")
    #expect(ending.output.contains(#""accepted":8"#), "\(ending.output)")
    #expect(server.stop().code == 0)
    let stats = try Program.run("log", "stats", "--data", data, "--json")
    for text in [#""follow":2"#, #""unfollow":1"#, #""item_deleted":1"#, #""interaction":1"#] {
      #expect(stats.output.contains(text), "\(text) in \(stats.output)")
    }
  }

  @Test func onlyChecksInADryRun() throws {
    let ending = try Program.run(
      words(["--dry-run"], try file("films.csv", Self.films), "item", "item=sku,title=name"))
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.contains("3 events sound"))
    #expect(TestFile.permissions(data) == nil)
  }

  /// A column that every row needs is missed once, at the header.
  @Test func saysWhichColumnIsMissing() throws {
    let film = try file("films.csv", Self.films)
    let view = try file("views.csv", Self.views)
    for (words, says) in [
      ([film, "--kind", "item"], "--map item=COLUMN"),
      ([view, "--kind", "event", "--map", "item=vid,event=const:click"], "--map user=COLUMN"),
      ([view, "--map", "item=vid,user=uid"], "--kind"),
    ] {
      let ending = try Program.run(["import", "--dry-run"] + words)
      #expect(ending.code == 2, "\(words): \(ending.output)")
      #expect(ending.error.contains(says), "\(ending.error)")
      let columns = words[0] == film ? "sku, name, genre, made" : "uid, vid, ts"
      #expect(ending.error.contains("its columns are \(columns)"), "\(ending.error)")
      #expect(ending.error.split(separator: "\n").count == 1, "\(ending.error)")
    }
  }

  @Test func saysWhatIsMissingFromTheCommand() throws {
    let film = try file("films.csv", Self.films)
    #expect(try Program.run("import", film).code == 2)
    #expect(try Program.run("import", film, "--dry-run", "--map", "itm=sku").code == 2)
    let missing = try Program.run("import", folder.path + "/none.csv", "--dry-run")
    #expect(missing.code == 1)
    #expect(missing.error.contains("none.csv"), "\(missing.error)")
  }
}

@Suite struct EvaluateTests {
  @Test func judgesClicksInTheOrderOfTime() throws {
    let folder = TemporaryFolder()
    let head = "click_timestamp,user_id,session_id,click_article_id\n"
    // Whoever reads a reads b next: after the warm-up the second click is certain.
    var warm = head
    for session in 0..<40 {
      warm += "\(1_506_900_000_000 + session * 1000),u\(session),s\(session),a\n"
      warm += "\(1_506_900_000_500 + session * 1000),u\(session),s\(session),b\n"
    }
    let judged = head + "1506990000000,v,t,a\n1506990001000,v,t,b\n1506990002000,v,t,a\n"
    let ending = try Program.run(
      "evaluate", "prequential", "--format", "globo", "--warmup",
      try Disk.write(warm, folder.path + "/warm.csv"), "--evaluate",
      try Disk.write(judged, folder.path + "/judged.csv"), "--json")
    #expect(ending.code == 0, "\(ending.error)")
    let json = try JSONParser().parse(ending.output)
    #expect(try json.require("n").int() == 1, "a first click and a repeat are not judged")
    #expect(try json.require("hr_at_20").double() == 1)
    #expect(try json.require("mrr_at_20").double() == 1)
  }
}

@Suite struct DemoTests {
  @Test func showsALiveTownAndLeavesNothingBehind() throws {
    let folder = TemporaryFolder()
    // The usual port is taken: by this server, or it was before.
    let other = try? HTTPServer(listen: "127.0.0.1:8080") { _ in }
    defer { other?.stop() }
    let process = try ChildProcess(
      Program.path, ["demo", "--json", "--pages", "5"], environment: ["TMPDIR": folder.path])
    #expect(process.waitForOutput(#""event":"ready""#, seconds: 120))
    #expect(process.errorSoFar.contains("127.0.0.1:8080 is taken"), "\(process.errorSoFar)")
    let lines = process.outputSoFar.split(separator: "\n").map(String.init)
    #expect(lines.count { $0.contains(#""event":"call""#) } == 3)
    let address = try JSONParser().parse(try #require(lines.first)).require("address").string()
    let client = HTTPClient(base: address)
    #expect(try client.send("GET", "/demo/info").text.contains("true"))
    let ending = process.end(SIGINT)
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.contains(#""event":"stopped""#))
    #expect(TestFile.names(folder.path).isEmpty)
  }

  @Test func lendsTokensToThisMachineOnly() throws {
    let ending = try Program.run("demo", "--listen", "0.0.0.0:0")
    #expect(ending.code == 2)
    #expect(ending.error.contains("this machine only"))
  }
}
