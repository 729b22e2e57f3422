import Settings
import Testing

@Suite struct LoadTests {
  @Test func readsEveryKind() throws {
    let loaded = try Sample.load(
      """
      # a comment
      server:
        listen: 0.0.0.0:80
        threads: 1_0
        read: 5m
        body: 64KiB
        share: .25
        open: false
        mode: careful
        hosts: [x, "y, z"]
        buckets:
          - 1
          - 2.5e0
        note: ~
      weights: {velocity: -2}
      surfaces:
        home:
          limit_default: 30
        videos:
          sources: {fresh: 5}
      """)
    var expected = Sample()
    expected.server = Sample.Server(
      listen: "0.0.0.0:80", threads: 10, readMs: 300_000, bodyBytes: 65_536, share: 0.25,
      open: false, mode: .careful, hosts: ["x", "y, z"], buckets: [1, 2.5], note: "")
    expected.weights["velocity"] = -2
    expected.surfaces["home"]?.limitDefault = 30
    expected.surfaces["videos"] = Sample.Surface(sources: ["fresh": 5])
    #expect(loaded.value == expected)
    #expect(loaded.origin(of: "server.threads").description == "updraft.yaml:4:3")
    #expect(loaded.origin(of: "surfaces.videos.limit_max") == .shipped)
  }

  @Test(arguments: ["", "# nothing", "server:", "server: {}\nsurfaces: ~"])
  func takesNothingForTheDefaults(_ yaml: String) throws {
    #expect(try Sample.load(yaml).value == Sample())
  }

  @Test(arguments: [
    ("server:\n  lisen: x", "2:3: server.lisen: unknown key; did you mean server.listen?"),
    ("sever: 1", "1:1: sever: unknown key; did you mean server?"),
    ("listen: x", "1:1: listen: unknown key; did you mean server.listen?"),
    ("zzzzzz: x", "1:1: zzzzzz: unknown key"),
    ("server.listen: x", "1:1: server.listen: unknown key; did you mean server.listen?"),
    (
      "server: {threads: 65}",
      "1:19: server.threads: expected a whole number from 1 to 64, found 65"
    ),
    (
      "server: {threads: 1e3}",
      "1:19: server.threads: expected a whole number from 1 to 64, found \"1e3\""
    ),
    (
      "server: {threads: }",
      "1:19: server.threads: expected a whole number from 1 to 64, found nothing"
    ),
    (
      "server: {read: 5}",
      "1:16: server.read: expected a time such as 5m from 100ms to 1h, found \"5\"; "
        + "units are ms, s, m, h, d"
    ),
    (
      "server: {read: 9999999999999999d}",
      "1:16: server.read: expected a time such as 5m from 100ms to 1h, found "
        + "\"9999999999999999d\"; units are ms, s, m, h, d"
    ),
    (
      "server: {body: 1TiB}",
      "1:16: server.body: expected a size such as 64KiB from 1KiB to 1GiB, found 1TiB"
    ),
    (
      "server: {share: nan}",
      "1:17: server.share: expected a number from 0.0 to 1.0, found \"nan\""
    ),
    ("server: {open: yes}", "1:16: server.open: expected true or false, found \"yes\""),
    (
      "server: {mode: fats}",
      "1:16: server.mode: expected one of fast, careful, found \"fats\"; did you mean fast?"
    ),
    ("server: [1]", "1:9: server: expected a block of settings, found a list"),
    ("server: {listen: {a: 1}}", "1:18: server.listen: expected host:port, found a block"),
    ("server: {hosts: a}", "1:17: server.hosts: expected a list of text, found \"a\""),
    ("weights: {recensy: 1}", "1:11: weights.recensy: unknown name; did you mean recency?"),
    (
      "weights: {x: 1}",
      "1:11: weights.x: unknown name; known are recency, similarity, velocity"
    ),
    (
      "surfaces: {\"Bad Name\": {}}",
      "1:12: surfaces.Bad Name: a name has 1 to 64 lower-case letters, digits, - and _ only"
    ),
    (
      "surfaces:\n  home:\n    limt_max: 5",
      "3:5: surfaces.home.limt_max: unknown key; did you mean surfaces.home.limit_max?"
    ),
    (
      "surfaces:\n  home:\n    limit_default: 500",
      "3:5: surfaces.home.limit_default: must not be above limit_max"
    ),
    ("a: *x", "1:4: aliases (*name) are not supported; write the value out"),
    ("a: &x 1", "1:4: anchors (&name) are not supported; write the value out"),
    ("a: !!int 1", "1:4: tags (!name) are not supported; write the value without it"),
    ("a: 1\na: 2", "2:1: a: the key stands twice in one block"),
    ("? [a]\n: 1", "1:3: a key must be a plain text"),
    ("a: 1\n---\nb: 2", "2:1: a second document; one file is one document"),
    ("a: [1", "2:1: not YAML: did not find expected ',' or ']'"),
    ("- 1", "1:1: expected a block of settings, found a list"),
  ])
  func saysWhereAndWhy(_ yaml: String, _ complaint: String) {
    #expect(Sample.complaint(yaml) == "updraft.yaml:" + complaint)
  }

  @Test func saysEverythingAtOnce() {
    let complaint = Sample.complaint(
      "server: {threads: x, share: 2}\nwaits: 1", ["UPDRAFT__SERVER__MODE": "slow"])
    #expect(complaint.split(separator: "\n").count == 4)
  }

  @Test func environmentGoesBeforeTheFile() throws {
    let loaded = try Sample.load(
      "server: {threads: 2, share: 0.1}",
      [
        "UPDRAFT__SERVER__THREADS": "3", "UPDRAFT__SERVER__HOSTS": "a, b",
        "UPDRAFT__SURFACES__HOME__LIMIT_DEFAULT": "7", "UPDRAFT__WEIGHTS__RECENCY": "9",
        "UPDRAFT__SERVER__NOTE": "", "UPDRAFT_OTHER": "x", "PATH": "/bin",
      ])
    #expect(loaded.value.server.threads == 3)
    #expect(loaded.value.server.share == 0.1)
    #expect(loaded.value.server.hosts == ["a", "b"])
    #expect(loaded.value.surfaces["home"]?.limitDefault == 7)
    #expect(loaded.value.weights == ["recency": 9, "similarity": 0.5])
    let origin = loaded.origin(of: "server.threads")
    #expect(origin == .environment("UPDRAFT__SERVER__THREADS"))
  }

  @Test(arguments: [
    (
      "UPDRAFT__SERVER__LISEN", "x",
      "server.lisen: unknown key; did you mean server.listen?"
    ),
    (
      "UPDRAFT__SERVER", "x",
      "server: a block of settings; name one of them"
    ),
    (
      "UPDRAFT__SERVER__THREADS", "0",
      "server.threads: expected a whole number from 1 to 64, found 0"
    ),
    ("UPDRAFT__", "x", "unknown key"),
    ("UPDRAFT____", "x", ".: unknown key"),
    (
      "UPDRAFT__WEIGHTS__RECENSY", "1",
      "weights.recensy: unknown name; did you mean recency?"
    ),
  ])
  func refusesWrongVariables(_ name: String, _ value: String, _ complaint: String) {
    #expect(Sample.complaint("", [name: value]) == "environment \(name): " + complaint)
  }
}
