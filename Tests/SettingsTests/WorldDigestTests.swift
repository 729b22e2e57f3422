import Feed
import Settings
import Testing

/// The digest of the world's settings names every one of them: snapshots and noted digests are told
/// apart by it alone.
@Suite struct WorldDigestTests {
  /// Texts of every kind of setting; of each setting some of them are a value.
  private static let values = [
    "0", "1", "7", "12", "5000", "0.25", "7s", "2h", "3d", "{dimension: 3}",
  ]

  private func changed(_ path: String) -> [WorldSettings] {
    var lines: [String] = []
    for (depth, part) in path.split(separator: ".").enumerated() {
      lines.append(String(repeating: "  ", count: depth) + part + ":")
    }
    let block = lines.joined(separator: "\n")
    return Self.values.compactMap { value in
      let text = Array((block + " " + value).utf8)
      let loaded = try? WorldSettings.schema.load(WorldSettings(), file: ("x.yaml", text))
      return loaded.flatMap { $0.value == WorldSettings() ? nil : $0.value }
    }
  }

  @Test(arguments: WorldSettings.schema.settings.map(\.path))
  func everySettingIsInTheDigest(_ path: String) {
    let values = changed(path)
    #expect(!values.isEmpty, "no text of this test is another value of \(path)")
    for settings in values { #expect(settings.digest != WorldSettings().digest, "\(path)") }
  }

  @Test(arguments: WorldSettings.schema.families.map(\.path))
  func everyEntryOfAMapIsInTheDigest(_ path: String) throws {
    let family = try #require(WorldSettings.schema.families.first { $0.path == path })
    let names = family.names ?? ["a", "b"]
    var digests: [UInt64] = [WorldSettings().digest]
    for name in names { digests += changed("\(path).\(name)").suffix(1).map(\.digest) }
    #expect(digests.count == names.count + 1 && Set(digests).count == digests.count)
  }

  @Test func everyPartOfASpaceIsInTheDigest() {
    var spaces = [SpaceSettings(), SpaceSettings(), SpaceSettings()]
    spaces[1].dimension += 1
    spaces[2].metric = SpaceSettings.Comparison.allCases.first { $0 != spaces[0].metric } ?? .cosine
    let digests = spaces.map { space in
      var settings = WorldSettings()
      settings.spaces = ["image": space]
      return settings.digest
    }
    #expect(Set(digests).count == 3)
  }

  /// Each member that the type has is a setting, a family, or is named here: a new one can't be
  /// forgotten by schema and digest at once.
  @Test func everyMemberIsASetting() {
    let members = Mirror(reflecting: WorldSettings()).children.count
    let schema = WorldSettings.schema
    #expect(members == schema.settings.count + schema.families.count)
  }
}
