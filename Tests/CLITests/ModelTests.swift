import CLI
import Feed
import JSON
import Stores
import TestKit
import Testing

/// `updraft models …` over a folder that no server uses.
@Suite struct ModelCommandTests {
  @Test func importsListsComparesPromotesAndTakesBack() throws {
    let world = try SmallWorld(events: 300)
    try ModelFolder.write(SmallModel.artifact(), to: world.folder.path + "/model")
    let none = try Program.run("models", "list", "--data", world.path)
    #expect(none.code == 0 && none.output.contains("no models"), "\(none.error)")
    let one = try imported(world, "import", world.folder.path + "/model")
    let file = try Disk.write(SmallModel.stump(leaf: 1), world.folder.path + "/stump.json")
    let other = try imported(world, "import", file, "--objective", "click")
    let list = try Program.run("models", "list", "--data", world.path, "--json")
    #expect(list.output.split(separator: "\n").count == 2, "\(list.output)")

    let diff = try Program.run("models", "diff", one, other, "--data", world.path)
    #expect(diff.output.contains("trainer") && diff.output.contains("import"), "\(diff.output)")
    #expect(!diff.output.contains("heads"), "\(diff.output)")

    let refused = try Program.run(
      "models", "promote", other, "--to", "shadow", "--data", world.path)
    #expect(refused.code == 1 && refused.error.contains("no ranking metric"), "\(refused.error)")
    let passed = try Program.run("models", "promote", one, "--to", "shadow", "--data", world.path)
    #expect(passed.code == 0 && passed.output.contains("is shadow now"), "\(passed.error)")
    let forced = try Program.run(
      "models", "promote", other, "--to", "production", "--force", "no & yes", "--data", world.path)
    #expect(forced.code == 0 && forced.output.contains("FAIL metrics"), "\(forced.error)")
    let shown = try Program.run("models", "show", other, "--data", world.path)
    #expect(shown.output.contains("production") && shown.output.contains("no & yes"))

    try examined(world, other)
    let back = try Program.run("models", "rollback", "--data", world.path, "--why", "odd pages")
    #expect(back.code == 0 && back.output.contains("no model is in production"), "\(back.error)")
    let known = try Program.run(
      "models", "import", world.folder.path + "/model", "--data", world.path)
    #expect(known.output == "\(one) is shadow\n", "\(known.output)")
    let again = try Program.run("models", "rollback", "--data", world.path)
    #expect(again.code == 1 && again.error.contains("nothing to undo"), "\(again.error)")
  }

  /// The doctor says which model serves, and finds it when its file has changed.
  private func examined(_ world: SmallWorld, _ id: String) throws {
    let short = ModelLedger.short(id)
    let well = try Program.run("doctor", "--data", world.path)
    #expect(well.output.contains("2 models, all sound"), "\(well.output)")
    #expect(well.output.contains("\(short) is production"), "\(well.output)")
    let file = "\(world.path)/models/\(id)/click.json"
    let bytes = try TestFile.read(file)
    try TestFile.write(file, bytes + [0x20])
    let ill = try Program.run("doctor", "--data", world.path)
    #expect(ill.code == 1 && ill.output.contains("\(short), production: "), "\(ill.output)")
    #expect(ill.output.contains("updraft models rollback --stage production"))
    try TestFile.write(file, bytes)
  }

  private func imported(_ world: SmallWorld, _ words: String...) throws -> String {
    let run = try Program.run(["models"] + words + ["--data", world.path, "--json"])
    #expect(run.code == 0, "\(run.error)")
    return try JSONParser().parse(run.output).require("id").string()
  }

  @Test func saysWhatIsWrong() throws {
    let folder = TemporaryFolder()
    let data = folder.path + "/data"
    let file = try Disk.write("{}", folder.path + "/x.json")
    for (words, text) in [
      (["import", folder.path + "/none", "--data", data], "no such file"),
      (["import", file, "--data", data], "--objective"),
      (["import", file, "--objective", "click", "--data", data], "XGBoost"),
      (["import", folder.path, "--data", data], "SHA256SUMS"),
      (["show", "zz", "--server", "http://127.0.0.1:1", "--key", "k"], "hexadecimal"),
      (["list"], "--data"),
      (["show", "abcd", "--data", folder.path], "no model"),
    ] {
      let run = try Program.run(["models"] + words)
      #expect(run.code != 0 && run.error.contains(text), "\(words): \(run.error)")
    }
  }
}
