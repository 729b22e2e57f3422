import CLI
import Glibc
import HTTP
import JSON
import TestKit
import Testing

@Suite struct ServeTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  @Test func keepsEverythingOverARestart() throws {
    var server = try RunningServer(data)
    let key = try server.key("service")
    let ada = try server.token("ada")
    #expect(try server.get("/livez").status == 200)
    #expect(try server.get("/readyz").status == 200)
    for index in 1...5 {
      let post = #"{"post_id":"p\#(index)","author_id":"bob","title":"Number \#(index)"}"#
      #expect(try server.send("POST", "/v1/posts", as: key, post).status == 201)
    }
    #expect(try server.send("PUT", "/v1/follows/bob", as: ada, "{}").status < 300)
    let first = try server.page(as: ada)
    #expect(!first.isEmpty)
    let hidden = try #require(first.first)
    let hide = #"{"item_id":"\#(hidden)","event":"hide"}"#
    #expect(try server.send("POST", "/v1/interactions", as: ada, hide).status == 202)
    #expect(try !server.page(as: ada).contains(hidden))
    let ending = server.stop()
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.contains(#""event":"stopped""#))

    let verified = try Program.run("replay", "--data", data, "--verify")
    #expect(verified.code == 0, "\(verified.error)")
    server = try RunningServer(data)
    #expect(try server.send("GET", "/v1/posts/p1", as: key).status != 401, "keys are kept")
    #expect(try !server.page("/v1/feed?surface=trending", as: ada).contains(hidden))
    #expect(server.stop(SIGINT).code == 0)
  }

  @Test func refusesASecondServerOnOneFolder() throws {
    let server = try RunningServer(data)
    let second = try Program.run("serve", "--data", data, "--listen", "127.0.0.1:0")
    #expect(second.code == 1)
    #expect(second.error.contains("process \(server.process.id) writes there"), "\(second.error)")
    #expect(try server.get("/readyz").status == 200)
    #expect(server.stop().code == 0)
  }

  @Test func refusesATakenAddress() throws {
    let server = try RunningServer(data)
    let taken = String(server.address.dropFirst("http://".count))
    let second = try Program.run("serve", "--data", folder.path + "/other", "--listen", taken)
    #expect(second.code == 1)
    #expect(second.error.contains("is in use"), "\(second.error)")
    #expect(server.stop().code == 0)
  }

  @Test func refusesAnOpenAddressWithoutAKey() throws {
    let refused = try Program.run("serve", "--data", data, "--listen", "0.0.0.0:0")
    #expect(refused.code == 1)
    #expect(refused.error.contains("updraft keys create --data \(data) --scope service"))
    _ = try Program.key(data, "service")
    let process = try ChildProcess(
      Program.path, ["serve", "--data", data, "--listen", "0.0.0.0:0"], environment: [:])
    #expect(process.waitForOutput("ready after"))
    #expect(process.end(SIGTERM).code == 0)
  }

  @Test func refusesAFileInPlaceOfAFolder() throws {
    let file = try Disk.write("", folder.path + "/file")
    let ending = try Program.run("serve", "--data", file, "--listen", "127.0.0.1:0")
    #expect(ending.code == 1)
    #expect(ending.error.contains(file), "\(ending.error)")
  }

  @Test(.enabled(if: !TestFile.isSuperuser, "permissions do not bind this user"))
  func refusesAFolderThatCannotBeWritten() throws {
    _ = try RunningServer(data).stop()
    TestFile.setPermissions(data, 0o500)
    defer { TestFile.setPermissions(data, 0o700) }
    let ending = try Program.run("serve", "--data", data, "--listen", "127.0.0.1:0")
    #expect(ending.code == 1)
    #expect(ending.error.contains(data), "\(ending.error)")
  }

  @Test func refusesTheLogOfANewerProgram() throws {
    let world = try SmallWorld(events: 50)
    try Disk.overwrite(try world.withoutWriteAhead(), at: 60, with: [0, 0, 0, 99])
    let ending = try Program.run("serve", "--data", world.path, "--listen", "127.0.0.1:0")
    #expect(ending.code == 1)
    #expect(ending.error.contains("has schema 99"), "\(ending.error)")
  }

  @Test func takesTheFlagOverTheEnvironmentOverTheFile() throws {
    let file = try Disk.write("server:\n  listen: 127.0.0.1:1\n", folder.path + "/a.yaml")
    let environment = ["UPDRAFT__SERVER__LISTEN": "127.0.0.1:2"]
    let server = try RunningServer(data, "--config", file, environment: environment)
    #expect(server.address.hasPrefix("http://127.0.0.1:"))
    #expect(server.address.count > "http://127.0.0.1:1".count)
    #expect(server.stop().code == 0)
  }
}

@Suite struct KeyTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  @Test func makesKeysAndTokensBeforeTheFolderIsThere() throws {
    let key = try Program.key(data, "service", isNew: true)
    let token = try Program.token(data, "ada")
    #expect(TestFile.permissions(data) == 0o700)
    let server = try RunningServer(data)
    let page = try server.send("GET", "/v1/feed", as: token)
    #expect(page.status == 200, "\(page.text)")
    let post = #"{"post_id":"p1","author_id":"bob","title":"One"}"#
    #expect(try server.send("POST", "/v1/posts", as: key, post).status == 201)
    #expect(server.stop().code == 0)
  }

  @Test func revokesBesideARunningServer() throws {
    let server = try RunningServer(data)
    let key = try server.key("service")
    let post = #"{"post_id":"p1","author_id":"bob","title":"One"}"#
    #expect(try server.send("POST", "/v1/posts", as: key, post).status == 201)
    let list = try Program.run("keys", "list", "--data", data, "--json")
    let id = try JSONParser().parse(list.output).require("id").string()
    #expect(!list.output.contains(key))
    #expect(try Program.run("keys", "revoke", id, "--data", data).code == 0)
    #expect(try Program.run("keys", "revoke", id, "--data", data).code == 1)
    let deadline = ContinuousClock.now + .seconds(20)
    var status = 0
    while status != 401, ContinuousClock.now < deadline {
      status = try server.send("POST", "/v1/posts", as: key, post).status
    }
    #expect(status == 401)
    #expect(server.stop().code == 0)
  }

  @Test func makesNoTokenForNobody() throws {
    for user in ["", "anon:1", String(repeating: "x", count: 129)] {
      let ending = try Program.run("keys", "token", "--data", data, "--user", user)
      #expect(ending.code == 1, "\(user)")
    }
    #expect(try Program.run("keys", "create", "--data", data, "--scope", "root").code == 2)
  }
}

@Suite struct DeadLetterTests {
  private let world: SmallWorld

  init() throws { world = try SmallWorld(events: 50) }

  @Test func keepsWhatIsRefusedAgain() throws {
    let offline = try Program.run("log", "replay-dead", "--data", world.path, "--json")
    #expect(offline.code == 3, "\(offline.error)")
    #expect(offline.output.contains(#""replayed":0"#))
    let server = try RunningServer(world.path)
    let key = try server.key("admin")
    let online = try Program.run(
      "log", "replay-dead", "--server", server.address, environment: ["UPDRAFT_KEY": key])
    #expect(online.code == 3)
    #expect(online.output.hasPrefix("0 taken in, 1 stay"))
    #expect(try Program.run("log", "dead", "--data", world.path).output.contains("clik"))
    let wrong = try Program.run(
      "log", "replay-dead", "--server", server.address, "--key", try server.key("metrics"))
    #expect(wrong.code == 1)
    #expect(wrong.error.contains("answers 403"), "\(wrong.error)")
    #expect(server.stop().code == 0)
  }

  @Test func replaysWhatABetterConfigurationTakes() throws {
    let data = world.folder.path + "/other"
    let strict = try RunningServer(data, "--set", "server.unknown_items=refuse")
    let key = try strict.key("service")
    let click = #"{"user_id":"ada","item_id":"new","event":"click","timestamp":1767225600000}"#
    let good = #"{"post_id":"known","author_id":"bob","title":"One"}"#
    #expect(try strict.send("POST", "/v1/posts", as: key, good).status == 201)
    let known = click.replacing("\"new\"", with: "\"known\"")
    let answer = try strict.send("POST", "/api/v1/events", as: key, "[\(click),\(known)]")
    #expect(answer.text.contains(#""dead_letters":1"#), "\(answer.text)")
    #expect(strict.stop().code == 0)
    let listed = try Program.run("log", "dead", "--data", data, "--json")
    #expect(listed.output.contains("new"), "\(listed.output)")
    let replayed = try Program.run("log", "replay-dead", "--data", data)
    #expect(replayed.code == 0, "\(replayed.output) \(replayed.error)")
    #expect(try Program.run("log", "dead", "--data", data).output == "no dead letters\n")
    let keys = try Program.run("keys", "list", "--data", data, "--json")
    #expect(!keys.output.contains("admin"), "the key for one command is gone")
  }

  @Test func asksTheRunningServerForItsDigest() throws {
    let server = try RunningServer(world.path)
    let key = try server.key("admin")
    let ending = try Program.run(
      "replay", "--data", world.path, "--verify", "--server", server.address, "--key", key)
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.contains("live = rebuilt"))
    #expect(server.stop().code == 0)
  }

  @Test func comparesWithWhatTheServerSaysOrNotAtAll() throws {
    let server = try RunningServer(world.path, "--set", "world.inbox_items=7")
    let asked = ["--server", server.address, "--key", try server.key("admin")]
    let words = ["replay", "--data", world.path, "--verify"] + asked
    let without = try Program.run(words)
    #expect(without.code == 4, "\(without.output)")
    #expect(without.error.contains("--config"), "\(without.error)")
    #expect(try Program.run(words + ["--set", "world.inbox_items=7"]).code == 0)
    let other = try SmallWorld(events: 20)
    let elsewhere = try Program.run(["replay", "--data", other.path, "--verify"] + asked)
    #expect(elsewhere.code == 4, "\(elsewhere.output)")
    #expect(elsewhere.error.contains("keeps another folder"), "\(elsewhere.error)")
    #expect(server.stop().code == 0)
  }
}

/// A command that works on a folder for itself is not a start under other settings.
@Suite struct OtherSettingsCommandTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  @Test func nothingIsDroppedWithoutTheServersFile() throws {
    let file = try Disk.write(
      "world:\n  spaces:\n    image: {dimension: 2}\n", folder.path + "/updraft.yaml")
    let server = try RunningServer(data, "--config", file)
    let key = try server.key("service")
    let post = #"{"post_id":"a","author_id":"bob","title":"One"}"#
    #expect(try server.send("POST", "/v1/posts", as: key, post).status == 201)
    let path = "/v1/items/a/vectors/image"
    let put = try server.send("PUT", path, as: key, #"{"vector":[0.5,0.25]}"#)
    #expect(put.status / 100 == 2, "\(put.text)")
    #expect(server.stop().code == 0)
    let kept = ["/index", "/snapshots"].map { TestFile.names(data + $0) }
    #expect(kept[0].contains("image-1.graph"), "\(kept)")
    let item = try Disk.write(#"{"item_id":"i","title":"Two"}"# + "\n", folder.path + "/i.jsonl")
    let commands = [
      ["log", "replay-dead", "--data", data], ["import", "--data", data, "--kind", "item", item],
    ]
    for words in commands {
      let ending = try Program.run(words)
      #expect(ending.code == 1, "\(words): \(ending.output)")
      #expect(ending.error.contains("server's file with --config"), "\(ending.error)")
    }
    #expect(["/index", "/snapshots"].map { TestFile.names(data + $0) } == kept)
    for words in commands {
      let ending = try Program.run(words + ["--config", file])
      #expect(ending.code == 0, "\(words): \(ending.error)")
    }
    #expect(TestFile.names(data + "/index").contains("image-1.graph"))
  }

  /// A graph may be written as soon as it is linked; a digest and a snapshot come later.
  @Test func aGraphOfAServerThatWasKilledYoungIsNotDropped() throws {
    let file = try Disk.write(
      "world:\n  spaces:\n    image: {dimension: 2}\n", folder.path + "/updraft.yaml")
    for (data, signal) in [(data, SIGKILL), (data + "-other", SIGTERM)] {
      let server = try RunningServer(data, "--config", file)
      let key = try server.key("service")
      let post = #"{"post_id":"a","author_id":"bob","title":"One"}"#
      #expect(try server.send("POST", "/v1/posts", as: key, post).status == 201)
      let put = try server.send(
        "PUT", "/v1/items/a/vectors/image", as: key, #"{"vector":[0.5,0.25]}"#)
      #expect(put.status / 100 == 2, "\(put.text)")
      _ = server.stop(signal)
    }
    #expect(TestFile.names(data + "/snapshots") == [])
    TestFile.makeFolder(data + "/index")
    try TestFile.write(
      data + "/index/image-1.graph", try TestFile.read(data + "-other/index/image-1.graph"))
    let ending = try Program.run(["log", "replay-dead", "--data", data])
    #expect(ending.code == 1, "\(ending.output)")
    #expect(ending.error.contains("space 'image'"), "\(ending.error)")
    #expect(TestFile.names(data + "/index") == ["image-1.graph"])
    let told = try Program.run(["log", "replay-dead", "--data", data, "--config", file])
    #expect(told.code == 0, "\(told.error)")
  }

  @Test func theAddressOfAServerForOneCommandIsNotSaid() throws {
    let world = try SmallWorld(events: 20)
    let words = ["models", "promote", "beef", "--to", "shadow", "--data", world.path]
    let ending = try Program.run(words)
    #expect(ending.code == 1)
    #expect(!ending.error.contains("127.0.0.1"), "\(ending.error)")
    #expect(ending.error.contains(world.path), "\(ending.error)")
  }
}

@Suite struct ProcessorLevelTests {
  @Test func aLevelThatIsNoneIsSaidToBeNone() throws {
    let folder = TemporaryFolder()
    let server = try RunningServer(folder.path + "/data", environment: ["UPDRAFT_CPU": "avx3"])
    let told = server.process.outputSoFar
    #expect(told.contains("UPDRAFT_CPU='avx3'") && told.contains("avx2, sse2, scalar"), "\(told)")
    #expect(server.stop().code == 0)
    for (level, isTold) in [("avx3", true), ("avx2", false), ("", false)] {
      let ending = try Program.run(
        "doctor", "--data", folder.path + "/data", environment: ["UPDRAFT_CPU": level])
      #expect(ending.output.contains("UPDRAFT_CPU='") == isTold, "\(level): \(ending.output)")
    }
  }
}

@Suite struct DoctorTests {
  @Test func findsNothingOnAFolderThatIsWell() throws {
    let folder = TemporaryFolder()
    let server = try RunningServer(folder.path + "/data")
    let ending = try Program.run(
      "doctor", "--data", folder.path + "/data", "--server", server.address, "--json")
    #expect(ending.code == 0)
    #expect(!ending.output.contains(#""level":"error""#))
    #expect(ending.output.contains(#""check":"server""#))
    #expect(server.stop().code == 0)
  }

  @Test func namesEachDefectWithItsRemedy() throws {
    let world = try SmallWorld(events: 3_000)
    try Disk.overwrite(try world.withoutWriteAhead(), every: "topic 3", with: "topic 7")
    TestFile.setPermissions(world.path, 0o755)
    let ending = try Program.run(
      "doctor", "--data", world.path, "--set", "server.listen=0.0.0.0:80", "--set",
      "world.inbox_items=7", "--server", "http://127.0.0.1:1")
    #expect(ending.code == 1)
    for text in [
      "can be read by others", "chmod 700 \(world.path)", "records are damaged or missing",
      "updraft keys create", "1 event was refused", "other world settings", "no connection",
    ] {
      #expect(ending.output.contains(text), "\(text) in \(ending.output)")
    }
  }

  @Test func doesNotAskForTheFileThatItHas() throws {
    let world = try SmallWorld(events: 300)
    let folder = TemporaryFolder()
    let file = try Disk.write("world:\n  inbox_items: 7\n", folder.path + "/other.yaml")
    let ending = try Program.run("doctor", "--data", world.path, "--config", file)
    #expect(ending.output.contains("other world settings"), "\(ending.output)")
    #expect(ending.output.contains("runs with \(file)"), "\(ending.output)")
    #expect(!ending.output.contains("with --config"), "\(ending.output)")
  }
}
