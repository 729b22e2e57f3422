internal import Feed
internal import JSON

extension ModelManifest {
  private static let namesMax = 65_536
  private static let nameBytes = 256
  private static let numbersMax = 65_536
  private static let smokeRowsMax = 4_096
  private static let countMax = 1 << 53

  /// Reads a manifest and checks all that can be checked without the forests: sizes fit each other,
  /// numbers are finite, edges rise, shares are shares, calibrations never fall.
  ///
  /// - Throws: what is wrong, with its place.
  init(json bytes: [UInt8]) throws(JSONError) {
    let root = try JSONParser(depthMax: 6).parse(bytes)
    let format = try root.require("format")
    guard try format.int64() == Self.format else {
      throw format.error(
        .invalid,
        "this program reads format \(Self.format) of models; upgrade updraft, or train it anew")
    }
    var manifest = ModelManifest(
      features: try root.require("features").strings(
        maxCount: Self.namesMax, maxBytes: Self.nameBytes),
      heads: try Self.heads(try root.require("heads")))
    guard !manifest.features.isEmpty, Set(manifest.features).count == manifest.features.count else {
      throw try root.require("features").error(.invalid, "no feature, or one that stands twice")
    }
    manifest.created = try Self.time(try root.require("created_ms"))
    manifest.code = try root.require("code").string(maxBytes: Self.nameBytes)
    manifest.trainer = try root.require("trainer").string(maxBytes: Self.nameBytes)
    for member in try root.require("parameters").members() {
      manifest.parameters[member.key] = try member.value.string(maxBytes: 4_096)
    }
    manifest.data = try Self.dataRange(try root.require("data"))
    manifest.metrics = try Self.numbers(try root.require("metrics"))
    manifest.popularity = try Self.numbers(try root.require("popularity"))
    for profile in try root.require("profiles").elements(maxCount: Self.namesMax) {
      manifest.profiles.append(try Self.profile(profile, manifest.features))
    }
    // Manifests of before have neither this nor trends: nothing is known of either then.
    if let profiled = try root.optional("profiled") {
      manifest.profiled = try Self.dataRange(profiled)
    }
    let smoke = try root.require("smoke")
    manifest.smokeRows = try Self.rows(
      try smoke.require("rows"), count: 0...Self.smokeRowsMax, width: manifest.features.count,
      canMiss: true)
    manifest.smokeOutputs = try Self.rows(
      try smoke.require("outputs"), count: manifest.heads.count...manifest.heads.count,
      width: manifest.smokeRows.count,
      canMiss: false)
    self = manifest
  }

  private static func heads(_ value: JSONValue) throws(JSONError) -> [Head] {
    var heads: [Head] = []
    for element in try value.elements(maxCount: ModelFolder.filesMax) {
      let name = try element.require("name")
      let head = Head(
        name: try name.identifier(maxBytes: 64),
        file: try element.require("file").string(maxBytes: 64),
        calibration: try calibration(try element.require("calibration")))
      guard !heads.contains(where: { $0.name == head.name }) else {
        throw name.error(.invalid, "the head \"\(head.name)\" stands twice")
      }
      heads.append(head)
    }
    guard !heads.isEmpty else { throw value.error(.invalid, "a model has at least one head") }
    return heads
  }

  private static func calibration(_ value: JSONValue) throws(JSONError) -> Calibration {
    let raw = try value.require("raw").floats(count: 0...numbersMax)
    let calibrated = try value.require("calibrated")
    let calibration = Calibration(
      raw: raw, calibrated: try calibrated.floats(count: raw.count...raw.count))
    if let fault = calibration.fault { throw value.error(.invalid, fault) }
    return calibration
  }

  private static func dataRange(_ value: JSONValue) throws(JSONError) -> DataRange {
    var data = DataRange()
    data.from = try time(try value.require("from_ms"))
    data.to = try time(try value.require("to_ms"))
    data.offset = UInt64(try value.require("offset").int64(in: 0...Int64.max))
    data.requests = try value.require("requests").int(in: 0...countMax)
    data.examples = try value.require("examples").int(in: 0...countMax)
    return data
  }

  private static func time(_ value: JSONValue) throws(JSONError) -> Timestamp {
    Timestamp(milliseconds: try value.int64(in: 0...Timestamp.latest.milliseconds))
  }

  private static func numbers(_ value: JSONValue) throws(JSONError) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for member in try value.members() { numbers[member.key] = try member.value.double() }
    return numbers
  }

  private static func profile(
    _ value: JSONValue, _ features: [String]
  ) throws(JSONError) -> Profile {
    let name = try value.require("feature")
    let edges = try value.require("edges")
    let shares = try value.require("shares")
    var profile = Profile(
      feature: try name.string(maxBytes: nameBytes),
      mean: try value.require("mean").double(),
      deviation: try value.require("deviation").double(in: 0...Double.greatestFiniteMagnitude),
      missing: try value.require("missing").double(in: 0...1),
      edges: try edges.floats(count: 0...255), shares: [])
    guard features.contains(profile.feature) else {
      throw name.error(.invalid, "the model has no feature \"\(profile.feature)\"")
    }
    guard zip(profile.edges, profile.edges.dropFirst()).allSatisfy(<) else {
      throw edges.error(.invalid, "edges of bins must rise")
    }
    for share in try shares.elements(maxCount: 256) {
      profile.shares.append(try share.double(in: 0...1))
    }
    profile.trend = try value.optional("trend_per_day")?.double() ?? 0
    profile.speed =
      try value.optional("psi_root_per_day")?.double(in: 0...Double.greatestFiniteMagnitude) ?? 0
    guard profile.shares.count == profile.edges.count + 1 else {
      throw shares.error(.invalid, "there is one share more than there are edges")
    }
    return profile
  }

  private static func rows(
    _ value: JSONValue, count: ClosedRange<Int>, width: Int, canMiss: Bool
  ) throws(JSONError) -> [[Float]] {
    guard count.contains(value.count) else {
      throw value.error(
        .outOfRange,
        "has \(value.count) rows, not \(count.lowerBound) to \(count.upperBound)")
    }
    var rows: [[Float]] = []
    for row in try value.elements(maxCount: count.upperBound) {
      guard row.count == width else {
        throw row.error(.outOfRange, "has \(row.count) numbers, not \(width)")
      }
      var numbers: [Float] = []
      for element in try row.elements(maxCount: width) {
        if canMiss && element.isNull {
          numbers.append(.nan)
          continue
        }
        let number = Float(try element.double())
        guard number.isFinite else {
          throw element.error(.outOfRange, "too large for a 32-bit float")
        }
        numbers.append(number)
      }
      rows.append(numbers)
    }
    return rows
  }
}
