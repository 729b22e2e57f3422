import Settings

/// A small configuration with every kind of setting.
struct Sample: Equatable, Sendable {
  var server = Server()
  var weights: [String: Double] = ["recency": 1, "similarity": 0.5]
  var surfaces: [String: Surface] = ["home": Surface()]

  struct Server: Equatable, Sendable {
    var listen = "127.0.0.1:8080"
    var threads = 4
    var readMs: Int64 = 30_000
    var bodyBytes = 8 << 20
    var share = 0.5
    var open = true
    var mode = Mode.fast
    var hosts: [String] = ["a", "b c"]
    var buckets: [Double] = [0.1, 1, 10]
    var note = ""
  }

  struct Surface: Equatable, Sendable {
    var limitDefault = 20
    var limitMax = 100
    var sources: [String: Int] = [:]
  }

  enum Mode: String, CaseIterable, Sendable { case fast, careful }

  static let schema = Schema<Sample>(
    blocks: [
      .block("server", \.server, server, "How it listens."),
      Schema(
        settings: [],
        families: [
          .values(
            "weights", \.weights, names: ["recency", "similarity", "velocity"],
            .number(in: -10...10), "Weights by feature.")
        ]),
    ],
    families: [.blocks("surfaces", \.surfaces, template: Surface(), surface, "By name.")])

  private static let server = Schema<Server>(settings: [
    Setting("listen", \.listen, .text(bytes: 1...100, hint: "host:port"), "Address and port."),
    Setting("threads", \.threads, .integer(in: 1...64), "Threads."),
    Setting("read", \.readMs, .duration(in: 100...3_600_000), "Time to read a request."),
    Setting("body", \.bodyBytes, .bytes(in: 1024...(1 << 30)), "The largest body."),
    Setting("share", \.share, .number(in: 0...1), "A share."),
    Setting("open", \.open, .flag, "Whether it is open."),
    Setting("mode", \.mode, .choice, "How it works."),
    Setting("hosts", \.hosts, .list(of: .text()), "Names."),
    Setting("buckets", \.buckets, .list(of: .number(in: 0...100)), "Numbers."),
    Setting("note", \.note, .text(), "Any text."),
  ])

  private static let surface = Schema<Surface>(
    settings: [
      Setting("limit_default", \.limitDefault, .integer(in: 1...1000), "Items on a page."),
      Setting("limit_max", \.limitMax, .integer(in: 1...1000), "Items at most."),
    ],
    families: [.values("sources", \.sources, names: nil, .integer(in: 0...100), "Quotas.")],
    rules: [
      .init("limit_default", "must not be above limit_max") { $0.limitDefault <= $0.limitMax }
    ])

  static func load(
    _ yaml: String, _ environment: [String: String] = [:]
  ) throws(SettingsErrors) -> Loaded<Sample> {
    try schema.load(
      Sample(), file: ("updraft.yaml", Array(yaml.utf8)), environment: environment)
  }

  /// What is said about a wrong text, one line a fault.
  static func complaint(_ yaml: String, _ environment: [String: String] = [:]) -> String {
    do {
      _ = try load(yaml, environment)
      return ""
    } catch {
      return error.description
    }
  }
}
