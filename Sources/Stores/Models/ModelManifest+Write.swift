internal import Feed
internal import JSON

extension ModelManifest {
  /// The version of the manifest's layout.
  static let format: Int64 = 1

  /// The manifest as JSON, the same bytes for the same content. A missing value of a smoke row is
  /// `null`.
  func json() -> [UInt8] {
    var json = JSONWriter(capacity: 1 << 16)
    json.object { json in
      json.member("format", Self.format)
      json.member("created_ms", created.milliseconds)
      json.member("code", code)
      json.member("trainer", trainer)
      json.object("parameters") { json in
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
      }
      json.member("features", features)
      json.array("heads") { json in for head in heads { Self.write(head, &json) } }
      Self.write("data", data, &json)
      Self.write("metrics", metrics, &json)
      Self.write("popularity", popularity, &json)
      json.array("profiles") { json in for profile in profiles { Self.write(profile, &json) } }
      if profiled != DataRange() { Self.write("profiled", profiled, &json) }
      json.object("smoke") { json in
        Self.write("rows", smokeRows, &json)
        Self.write("outputs", smokeOutputs, &json)
      }
    }
    json.newline()
    return json.bytes
  }

  private static func write(_ head: Head, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", head.name)
      json.member("file", head.file)
      json.object("calibration") { json in
        write("raw", head.calibration.raw, &json)
        write("calibrated", head.calibration.calibrated, &json)
      }
    }
  }

  private static func write(_ profile: Profile, _ json: inout JSONWriter) {
    json.object { json in
      json.member("feature", profile.feature)
      json.member("mean", profile.mean)
      json.member("deviation", profile.deviation)
      json.member("missing", profile.missing)
      write("edges", profile.edges, &json)
      json.array("shares") { json in for share in profile.shares { json.value(share) } }
      if profile.trend != 0 { json.member("trend_per_day", profile.trend) }
      if profile.speed != 0 { json.member("psi_root_per_day", profile.speed) }
    }
  }

  private static func write(_ key: String, _ range: DataRange, _ json: inout JSONWriter) {
    json.object(key) { json in
      json.member("from_ms", range.from.milliseconds)
      json.member("to_ms", range.to.milliseconds)
      json.member("offset", range.offset)
      json.member("requests", range.requests)
      json.member("examples", range.examples)
    }
  }

  private static func write(
    _ key: String, _ numbers: [String: Double], _ json: inout JSONWriter
  ) {
    json.object(key) { json in
      for (name, value) in numbers.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
    }
  }

  private static func write(_ key: String, _ numbers: [Float], _ json: inout JSONWriter) {
    json.array(key) { json in for number in numbers { json.value(number) } }
  }

  private static func write(_ key: String, _ rows: [[Float]], _ json: inout JSONWriter) {
    json.array(key) { json in
      for row in rows {
        json.array { json in for number in row { json.value(number) } }
      }
    }
  }
}
