import Feed
import Settings
import Testing

@Suite struct ConfigurationTests {
  /// Keys that are not their property's name: the name without `_ms` is another property.
  private static let renamed = ["fresh_boost_ms": "fresh_boost_age"]

  @Test func everyPropertyHasAnEntry() {
    let configuration = Configuration()
    let settings = Configuration.schema.all(in: configuration).map(\.path)
    let families = Configuration.schema.families.map(\.path)
    #expect(Set(settings).count == settings.count)
    var missing: [String] = []
    for block in Mirror(reflecting: configuration).children {
      guard let name = block.label, name != "surfaces" else { continue }
      for property in Mirror(reflecting: block.value).children {
        let path = "\(name).\(Self.key(property.label ?? ""))"
        if !settings.contains(path) && !families.contains(path) { missing.append(path) }
      }
    }
    #expect(missing.isEmpty)
  }

  @Test func everyPropertyOfASurfaceHasAnEntry() {
    let schema = SurfaceSettings.schema
    let paths = schema.settings.map(\.path) + schema.families.map(\.path)
    let keys = Mirror(reflecting: SurfaceSettings()).children.map { Self.key($0.label ?? "") }
    #expect(Set(keys) == Set(paths))
    #expect(Set(paths).count == paths.count)
  }

  /// `cacheAgeMs` is `cache_age`.
  private static func key(_ property: String) -> String {
    var key = ""
    for character in property {
      if character.isUppercase { key += "_" }
      key += character.lowercased()
    }
    return renamed[key] ?? (key.hasSuffix("_ms") ? String(key.dropLast(3)) : key)
  }

  @Test func spacesThatPagesLookIntoMustBeThere() throws {
    let surface = "surfaces:\n  home:\n    nearest_spaces:\n      cf: 10\n"
    #expect(throws: SettingsErrors.self) {
      try Configuration.schema.load(Configuration(), file: ("x.yaml", Array(surface.utf8)))
    }
    let both = "world:\n  spaces:\n    cf: {dimension: 8}\n" + surface
    let loaded = try Configuration.schema.load(
      Configuration(), file: ("x.yaml", Array(both.utf8)))
    #expect(loaded.value.surfaces["home"]?.nearestSpaces == ["cf": 10])
  }

  @Test func defaultsReadBackEqual() throws {
    let loaded = Loaded(value: Configuration(), origins: [:])
    let text = Configuration.schema.show(loaded)
    // Read over a configuration that differs in each block.
    var other = Configuration()
    other.server.listen = "h:1"
    other.log.retentionMs = 1
    other.world.tasteJoinCosine = 0
    other.engine.seed = .max
    other.surfaces = [:]
    let again = try Configuration.schema.load(other, file: ("x.yaml", Array(text.utf8)))
    #expect(again.value == Configuration())
    let settings = Configuration.schema.all(in: again.value)
    #expect(settings.count > 150)
    #expect(settings.allSatisfy { again.origin(of: $0.path) != .shipped })
  }

  @Test func everyVariableWorks() throws {
    // The environment that says what is the default anyhow changes nothing, and all of it is read.
    let defaults = Loaded(value: Configuration(), origins: [:])
    let text = Configuration.schema.show(defaults, notes: .none)
    var environment: [String: String] = [:]
    var parents: [String] = []
    for line in text.split(separator: "\n") {
      let depth = line.prefix { $0 == " " }.count / 2
      let parts = line.drop { $0 == " " }.split(separator: ":", maxSplits: 1)
      parents = Array(parents.prefix(depth)) + [String(parts[0])]
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == " " }.filter { $0 != "\"" }
      environment["UPDRAFT__" + parents.joined(separator: "__").uppercased()] = value
    }
    let loaded = try Configuration.schema.load(Configuration(), environment: environment)
    #expect(loaded.value == Configuration())
    #expect(loaded.origins.count == environment.count && environment.count > 150)
  }

  @Test(arguments: [
    ("server: {listen: localhost}", "server.listen"),
    ("log: {durability: maybe}", "log.durability"),
    ("log: {durability: \"interval:0\"}", "log.durability"),
    ("world: {celebrity_followers: 10}", "world.small_author_followers"),
    ("surfaces: {home: {weights: {recensy: 1}}}", "surfaces.home.weights.recensy"),
    ("surfaces: {home: {limit_max: 5}}", "surfaces.home.limit_default"),
    ("server: {listen: \"::1:99999\"}", "server.listen"),
  ])
  func refuses(_ yaml: String, _ path: String) {
    let errors = #expect(throws: SettingsErrors.self) {
      try Configuration.schema.load(Configuration(), file: ("x.yaml", Array(yaml.utf8)))
    }
    #expect(errors?.errors.map(\.path) == [path])
  }
}
