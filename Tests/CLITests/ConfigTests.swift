import CLI
import Glibc
import TestKit
import Testing

@Suite struct ConfigTests {
  private let folder = TemporaryFolder()

  @Test func writesOutWhatReadsBack() throws {
    let standard = try Program.run("config", "default")
    #expect(standard.code == 0)
    #expect(standard.output.contains("# "))
    let file = try Disk.write(standard.output, folder.path + "/updraft.yaml")
    #expect(try Program.run("config", "check", "--config", file).code == 0)
    let shown = try Program.run("config", "show")
    let read = try Program.run("config", "show", "--config", file)
    #expect(read.output == shown.output)
    #expect(read.output.contains("listen:"))
  }

  @Test func tellsWhereEachValueComesFrom() throws {
    let file = try Disk.write(
      "server:\n  io_threads: 3\n  listen: 127.0.0.1:1\nlog:\n  durability: os\n",
      folder.path + "/a.yaml")
    let ending = try Program.run(
      "config", "show", "--origin", "--config", file, "--set", "log.durability=interval:5",
      environment: ["UPDRAFT__SERVER__LISTEN": "127.0.0.1:2"])
    #expect(ending.code == 0)
    #expect(ending.output.contains("io_threads: 3  # \(file):2:3"))
    #expect(ending.output.contains("127.0.0.1:2\"  # environment UPDRAFT__SERVER__LISTEN"))
    #expect(ending.output.contains("durability: \"interval:5\"  # option --set"))
    #expect(ending.output.contains("idle: 1m  # default"))
  }

  @Test(arguments: [
    ("server:\n  lisen: 127.0.0.1:8080\n", "a.yaml:2:3: server.lisen: unknown key; did you mean"),
    ("surfaces:\n  home:\n    sources:\n      trendin: 1\n", "did you mean trending?"),
    ("surfaces:\n  home:\n    weights:\n      recencie: 1\n", "did you mean recency?"),
    ("server:\n  io_threads: many\n", "a.yaml:2:15: server.io_threads:"),
    ("server: [1\n", "a.yaml:"),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ says: String) throws {
    let file = try Disk.write(text, folder.path + "/a.yaml")
    let ending = try Program.run("config", "check", "--config", file)
    #expect(ending.code == 1)
    #expect(ending.error.contains(says), "\(ending.error)")
  }

  @Test func takesTheFileWithOrWithoutItsOption() throws {
    let file = try Disk.write("log:\n  durability: os\n", folder.path + "/a.yaml")
    let ending = try Program.run("config", "check", file)
    #expect(ending.code == 0 && ending.output.contains("\(file): sound, 1 settings"))
    let wrong = try Disk.write("log:\n  durabilty: os\n", folder.path + "/b.yaml")
    #expect(try Program.run("config", "check", wrong).code == 1)
    #expect(try Program.run("config", "check", file, "--config", file).code == 2)
  }

  @Test func looksForTheTextModel() throws {
    let there = TemporaryFolder()
    let model = there.path
    let nowhere = try Disk.write("text_model: \(model)/none\n", folder.path + "/b.yaml")
    let missing = try Program.run("config", "check", "--config", nowhere)
    #expect(missing.code == 1, "\(missing.output)")
    #expect(missing.error.contains("\(nowhere):1:"), "\(missing.error)")
    #expect(missing.error.contains("\(model)/none: there is no such folder"), "\(missing.error)")
    let file = try Disk.write("text_model: \(model)\n", folder.path + "/a.yaml")
    _ = try Disk.write("{}", model + "/config.json")
    let empty = try Program.run("config", "check", "--config", file)
    #expect(empty.code == 1, "\(empty.output)")
    #expect(empty.error.contains("\(model) lacks model.safetensors, vocab.txt;"), "\(empty.error)")
    for name in ["model.safetensors", "vocab.txt"] { _ = try Disk.write("", "\(model)/\(name)") }
    #expect(try Program.run("config", "check", "--config", file).code == 0)
  }

  /// What is sound, but does nothing.
  @Test(arguments: [
    ("models.guard_click_drop=0.1", "knows of no clicks"),
    ("models.train_after_labels=5000", "no model is trained by it"),
    ("models.auto=production", "brings no canary into production"),
  ])
  func tellsWhatHasNoEffectWithoutLabels(_ setting: String, _ says: String) throws {
    let ending = try Program.run("config", "check", "--set", setting)
    #expect(ending.code == 0 && ending.error.contains(says), "\(ending.error)")
    let joined = try Program.run(
      "config", "check", "--set", setting, "--set", "learning.enabled=true")
    #expect(joined.code == 0 && joined.error.isEmpty, "\(joined.error)")
    #expect(try Program.run("config", "check").error.isEmpty)
  }

  @Test func saysThatAFileIsNotThere() throws {
    let ending = try Program.run("config", "check", "--config", folder.path + "/none.yaml")
    #expect(ending.code == 1)
    #expect(ending.error.contains("none.yaml: can't be read"))
  }

  @Test func refusesAnUnknownVariable() throws {
    let ending = try Program.run(
      "config", "check", environment: ["UPDRAFT__SERVER__LISEN": "127.0.0.1:2"])
    #expect(ending.code == 1)
    #expect(ending.error.contains("environment UPDRAFT__SERVER__LISEN: server.lisen: unknown key"))
  }
}
