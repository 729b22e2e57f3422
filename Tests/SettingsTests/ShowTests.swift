import Settings
import Testing

@Suite struct ShowTests {
  @Test func writesTheTable() throws {
    var sample = Sample()
    sample.surfaces["home"]?.sources = ["fresh": 1, "off": 2]
    let text = Sample.schema.show(Loaded(value: sample, origins: [:]), notes: .none)
    #expect(
      text == """
        server:
          listen: "127.0.0.1:8080"
          threads: 4
          read: 30s
          body: 8MiB
          share: 0.5
          open: true
          mode: fast
          hosts: [a, "b c"]
          buckets: [0.1, 1.0, 10.0]
          note: ""

        weights:
          recency: 1.0
          similarity: 0.5

        surfaces:
          home:
            limit_default: 20
            limit_max: 100
            sources:
              fresh: 1
              "off": 2

        """)
  }

  @Test(arguments: [Schema<Sample>.Notes.none, .docs, .origins])
  func readsBackWhatItWrites(_ notes: Schema<Sample>.Notes) throws {
    var sample = Sample()
    sample.server.note = "a \"b\" # c: d\\ é 😀"
    sample.server.readMs = 1501
    sample.server.bodyBytes = 1025
    sample.server.share = 1e-7
    sample.server.hosts = ["", "null", "no", "1", "-", "x: y", "{}"]
    sample.surfaces["a-b"] = Sample.Surface(limitDefault: 1, limitMax: 2, sources: ["1": 0])
    let text = Sample.schema.show(Loaded(value: sample, origins: [:]), notes: notes)
    #expect(try Sample.load(text).value == sample)
  }

  @Test func explainsAndNamesOrigins() throws {
    let loaded = try Sample.load("server: {threads: 2}", ["UPDRAFT__SERVER__SHARE": "1"])
    let docs = Sample.schema.show(loaded)
    #expect(docs.contains("\n  # Threads. (a whole number from 1 to 64)\n  threads: 2\n"))
    #expect(docs.hasPrefix("# How it listens.\nserver:\n"))
    // A map without names is told of where it would stand.
    var bare = loaded
    bare.value.surfaces = ["home": Sample.Surface(limitDefault: 1, limitMax: 2, sources: [:])]
    #expect(
      Sample.schema.show(bare).contains(
        """
            # Quotas. (none so far; NAME: a whole number from 0 to 100)
            # sources:

        """))
    bare.value.surfaces = [:]
    let ending = "\n# By name. (none so far; NAME: {limit_default, limit_max})\n# surfaces:\n"
    #expect(Sample.schema.show(bare).hasSuffix(ending), "\(Sample.schema.show(bare))")
    #expect(!Sample.schema.show(bare, notes: .none).contains("surfaces"))
    let origins = Sample.schema.show(loaded, notes: .origins)
    #expect(origins.contains("  threads: 2  # updraft.yaml:1:10\n"))
    #expect(origins.contains("  share: 1.0  # environment UPDRAFT__SERVER__SHARE\n"))
    #expect(origins.contains("  open: true  # default\n"))
  }
}
