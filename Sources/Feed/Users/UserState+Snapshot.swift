extension UserState {
  /// Writes the value; the order of fields is part of the snapshot's version.
  func encode(
    _ writer: inout SnapshotWriter, _ traces: UserTraces, isAnonymous: Bool
  ) throws(SnapshotError) {
    try writer.put(column: deeds.elements)
    try writer.put(column: traces.seen.elements)
    try writer.put(column: traces.hidden.elements)
    for affinities in [traces.authors, traces.topics, traces.types] {
      try writer.put(column: affinities.entries)
    }
    try writer.put(column: taste.interests)
    try writer.put(column: taste.vectors)
    try writer.put(column: muted)
    try writer.put(column: blocked)
    try writer.put(column: interests)
    try writer.write { bytes in
      bytes.put(region)
      bytes.put(language)
      bytes.put(updated)
      bytes.put(latest)
      bytes.put(UInt32(session))
      bytes.put(sessionKey)
      bytes.put(UInt32(isAnonymous ? 1 : 0))
      bytes.put(traces.receivedPositive.bitPattern)
      bytes.put(traces.receivedNegative.bitPattern)
      bytes.put(traces.receivedUpdated)
    }
  }

  /// Reads what `encode` wrote.
  init(
    _ reader: inout SnapshotReader, _ traces: inout UserTraces, isAnonymous: inout Bool
  ) throws(SnapshotError) {
    deeds = Ring(try reader.column(of: Deed.self))
    traces.seen = Ring(try reader.column(of: UInt32.self))
    traces.hidden = Ring(try reader.column(of: UInt32.self))
    traces.authors.entries = try reader.column(of: Affinities.Entry.self)
    traces.topics.entries = try reader.column(of: Affinities.Entry.self)
    traces.types.entries = try reader.column(of: Affinities.Entry.self)
    taste.interests = try reader.column(of: Taste.Interest.self)
    taste.vectors = try reader.column(of: Float.self)
    muted = try reader.column(of: UInt32.self)
    blocked = try reader.column(of: UInt32.self)
    interests = try reader.column(of: UInt16.self)
    region = try reader.number(UInt16.self)
    language = try reader.number(UInt16.self)
    updated = try reader.number(UInt32.self)
    latest = try reader.number(UInt32.self)
    session = UInt8(truncatingIfNeeded: try reader.number(UInt32.self))
    sessionKey = try reader.number(UInt64.self)
    isAnonymous = try reader.number(UInt32.self) != 0
    traces.receivedPositive = try reader.float()
    traces.receivedNegative = try reader.float()
    traces.receivedUpdated = try reader.number(UInt32.self)
  }
}
