internal import Index

// A space in a snapshot: name · number of versions · each version:
//   role u32 · number u32 · encoder · dimension u32 · (row u32 · components f32) … · row .max

extension World {
  borrowing func encodeSpaces(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt32(spaces.count))
    for space in spaces {
      try writer.put(text: space.name)
      try writer.put(UInt32(space.versions.count))
      for (role, version) in space.roles {
        try writer.put(role.rawValue)
        try writer.put(version.number)
        try writer.put(text: version.encoder)
        try writer.put(UInt32(version.index.dimension))
        try encode(version.index, &writer)
      }
    }
  }

  private borrowing func encode(
    _ index: GraphIndex, _ writer: inout SnapshotWriter
  ) throws(SnapshotError) {
    var vector: [Float] = []
    for row in 0..<UInt32(items.facts.count) where index.vector(row: row, into: &vector) {
      try writer.write { bytes in
        bytes.put(row)
        for value in vector { bytes.put(value.bitPattern) }
      }
    }
    try writer.put(UInt32.max)
  }

  mutating func decodeSpaces(
    _ reader: inout SnapshotReader, _ graph: (GraphName) -> GraphIndex?
  ) throws(SnapshotError) {
    guard try reader.number(UInt32.self) == UInt32(spaces.count) else {
      throw SnapshotError(.configuration, "the payload has other spaces of vectors")
    }
    for place in spaces.indices {
      guard try reader.text() == spaces[place].name else {
        throw SnapshotError(.configuration, "the payload has other spaces of vectors")
      }
      for _ in 0..<(try reader.number(UInt32.self)) {
        guard let role = VectorSpace.Role(rawValue: try reader.number(UInt32.self)) else {
          throw SnapshotReader.ended
        }
        let version = try decodeVersion(&reader, spaces[place], graph)
        spaces[place].put(version, as: role)
      }
    }
    vectors = spaces[0].serving.index
    placed = vectors.rows()
  }

  /// Vectors that the graph of the version has already, from a file of its own, stay as they are;
  /// others wait to be linked, and those that the payload has not leave it.
  private func decodeVersion(
    _ reader: inout SnapshotReader, _ space: VectorSpace, _ graph: (GraphName) -> GraphIndex?
  ) throws(SnapshotError) -> VectorSpace.Version {
    let number = try reader.number(UInt32.self)
    let encoder = try reader.text()
    let dimension = Int(try reader.number(UInt32.self))
    guard (1...65_536).contains(dimension) else { throw SnapshotReader.ended }
    var index = VectorSpace.index(dimension: dimension, metric: space.metric)
    if let kept = graph(GraphName(space: space.name, version: number)), kept.count > 0,
      kept.dimension == dimension, kept.metric == index.metric, kept.settings == index.settings
    {
      index = kept
    }
    var gone = index.rows()
    while true {
      let row = try reader.number(UInt32.self)
      if row == .max { break }
      guard Int(row) < items.facts.count else { throw SnapshotReader.ended }
      let vector = try reader.bytes(dimension * 4).array(of: Float.self)
      gone.remove(row)
      if !index.holds(vector.span, row: row) { index.load(row: row, vector: vector.span) }
    }
    gone.forEach { index.remove(row: $0) }
    return VectorSpace.Version(number: number, encoder: encoder, index: index)
  }
}

extension GraphIndex {
  /// Whether `row` has this very vector.
  fileprivate func holds(_ vector: Span<Float>, row: UInt32) -> Bool {
    let isSame = withVector(row: row) { kept in
      for i in vector.indices where kept[i].bitPattern != vector[i].bitPattern { return false }
      return true
    }
    return isSame ?? false
  }
}

extension VectorSpace {
  /// What a version is to its space, by its number on disk.
  enum Role: UInt32 {
    case serving = 1
    case next, previous
  }

  /// The versions with what they are.
  var roles: [(Role, Version)] {
    [(.serving, serving)] + (next.map { [(.next, $0)] } ?? [])
      + (previous.map { [(.previous, $0)] } ?? [])
  }

  mutating func put(_ version: Version, as role: Role) {
    switch role {
    case .serving: serving = version
    case .next: next = version
    case .previous: previous = version
    }
  }
}
