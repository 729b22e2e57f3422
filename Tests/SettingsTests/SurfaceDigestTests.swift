import Feed
import Settings
import Testing

/// The digest of a surface's settings names every one of them: kept pages are made anew, and pages
/// in the log told apart, by it alone.
@Suite struct SurfaceDigestTests {
  /// Texts of every kind of setting; of each setting some of them are a value.
  private static let values = [
    "true", "false", "0", "1", "7", "12", "20", "600", "0.25", "1.5", "10ms", "7s", "linear", "off",
    "[recency]", "[item]",
  ]

  /// The settings with another value at a path, by every text that may stand there.
  private func changed(_ path: String) -> [SurfaceSettings] {
    var lines: [String] = []
    let parts = path.split(separator: ".")
    for (depth, part) in parts.enumerated() {
      lines.append(String(repeating: "  ", count: depth) + part + ":")
    }
    let block = lines.joined(separator: "\n")
    return Self.values.compactMap { value in
      let text = Array((block + " " + value).utf8)
      let loaded = try? SurfaceSettings.schema.load(
        SurfaceSettings(), file: ("x.yaml", text))
      return loaded.flatMap { $0.value == SurfaceSettings() ? nil : $0.value }
    }
  }

  @Test(arguments: SurfaceSettings.schema.settings.map(\.path))
  func everySettingIsInTheDigest(_ path: String) {
    let values = changed(path)
    #expect(!values.isEmpty, "no text of this test is another value of \(path)")
    for settings in values { #expect(settings.digest != SurfaceSettings().digest, "\(path)") }
  }

  @Test(arguments: SurfaceSettings.schema.families.map(\.path))
  func everyEntryOfAMapIsInTheDigest(_ path: String) throws {
    let family = try #require(SurfaceSettings.schema.families.first { $0.path == path })
    let names = family.names ?? ["a", "b"]
    var digests: [UInt64] = [SurfaceSettings().digest]
    for name in names {
      let settings = try #require(changed("\(path).\(name)").last)
      digests.append(settings.digest)
    }
    #expect(Set(digests).count == names.count + 1)
  }

  @Test func equalSettingsGiveEqualDigests() throws {
    let digests = (0..<20).map { _ in SurfaceSettings.shipped.mapValues(\.digest) }
    #expect(Set(digests).count == 1)
    #expect(Set(SurfaceSettings.shipped.values.map(\.digest)).count == 5)
  }
}
