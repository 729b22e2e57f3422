import CLI
import JSON
import TestKit
import Testing

/// `updraft index stats|build|verify` over a folder that a server left.
@Suite struct IndexFileTests {
  @Test func buildsTellsAndVerifiesTheGraphsOfAFolder() throws {
    let world = try SmallWorld(events: 2_000)
    let file = world.path + "/index/text-1.graph"
    let none = try Program.run("index", "stats", "--data", world.path)
    #expect(none.code == 1 && none.error.contains("updraft index build"), "\(none.error)")

    let built = try Program.run("index", "build", "--data", world.path, "--json")
    #expect(built.code == 0, "seed \(world.seed): \(built.error)")
    let rows = try JSONParser().parse(built.output).require("rows").int()
    #expect(rows > 0, "seed \(world.seed)")
    #expect(TestFile.names(world.path + "/index") == ["text-1.graph"])

    let stats = try Program.run("index", "stats", "--data", world.path, "--json")
    let json = try JSONParser().parse(stats.output)
    #expect(try json.require("rows").int() == rows)
    #expect(try json.require("space").string() == "text")
    let table = try Program.run("index", "stats", "--data", world.path, "--space", "text")
    #expect(table.code == 0 && table.output.contains("unreachable"))

    let verified = try Program.run("index", "verify", "--data", world.path)
    #expect(verified.code == 0 && verified.output.contains("sound"), "\(verified.output)")

    var damaged = try TestFile.read(file)
    damaged[damaged.count / 2] ^= 1
    try TestFile.write(file, damaged)
    let refused = try Program.run("index", "verify", "--data", world.path)
    #expect(refused.code == 1 && refused.output.contains(file), "\(refused.output)")
    #expect(try Program.run("index", "stats", "--data", world.path).code == 1)
    #expect(try Program.run("index", "build", "--data", world.path).code == 0)
    #expect(try Program.run("index", "verify", "--data", world.path).code == 0)
  }

  @Test func measuresVectorsInTheFieldsThatArePromised() throws {
    let arguments = ["index", "bench", "--seeded", "2000x16", "--efforts", "32,64", "--json"]
    let fields = [
      "effort", "recall", "qps", "p50_us", "p99_us", "visited", "build_s", "bytes_per_vector",
    ]
    for (more, expected) in [
      ([], fields), (["--details"], fields + ["low", "strategy", "shards"]),
    ] {
      let ending = try Program.run(arguments + more)
      #expect(ending.code == 0, "\(ending.error)")
      let lines = ending.output.split(separator: "\n")
      #expect(lines.count == 2)
      let parser = JSONParser()
      for line in lines {
        let json = try parser.parse(String(line))
        #expect(try json.members().map(\.key) == expected)
        #expect((0.5...1).contains(try json.require("recall").double()))
      }
    }
  }

  /// The kernels of older processors serve the same index, only slower.
  @Test(arguments: ["avx2", "sse2", "scalar"]) func asAnOlderMachine(_ level: String) throws {
    let ending = try Program.run(
      ["index", "bench", "--seeded", "2000x48", "--efforts", "64", "--json"],
      environment: ["UPDRAFT_CPU": level])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(try JSONParser().parse(ending.output).require("recall").double() > 0.9)
  }

  @Test func saysWhatIsNotThere() throws {
    let world = try SmallWorld(events: 100)
    let space = try Program.run("index", "build", "--data", world.path, "--space", "image")
    #expect(space.code == 1 && space.error.contains("image"), "\(space.error)")
    let folder = try Program.run("index", "verify", "--data", world.path + "/none")
    #expect(folder.code == 1 && folder.error.contains("--data"), "\(folder.error)")
  }
}
