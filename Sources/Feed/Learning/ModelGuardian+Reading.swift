extension ModelGuardian {
  /// What came of the pages of one arm since it is watched.
  public struct Reading: Equatable, Sendable {
    /// Pages made.
    public var pages: UInt64 = 0
    /// Pages of them on which the model failed or said something that is no number.
    public var failures: UInt64 = 0
    /// Items shown.
    public var impressions: UInt64 = 0
    /// Items clicked.
    public var clicks: UInt64 = 0
    /// Distinct authors, page by page, added up.
    public var authors: UInt64 = 0
    /// The squares of distinct authors, page by page, added up.
    public var authorSquares: UInt64 = 0
    /// Pages by how long they took, in the buckets of `ArmMeters.durations`; empty = not known.
    public var durations: [UInt64] = []

    /// Nothing yet.
    public init() {}

    /// What came since an earlier reading of the same arm.
    package func since(_ earlier: Reading) -> Reading {
      var rest = self
      rest.pages = Self.rest(pages, earlier.pages)
      rest.failures = Self.rest(failures, earlier.failures)
      rest.impressions = Self.rest(impressions, earlier.impressions)
      rest.clicks = Self.rest(clicks, earlier.clicks)
      rest.authors = Self.rest(authors, earlier.authors)
      rest.authorSquares = Self.rest(authorSquares, earlier.authorSquares)
      if earlier.durations.count == durations.count {
        rest.durations = zip(durations, earlier.durations).map(Self.rest)
      }
      return rest
    }

    private static func rest(_ now: UInt64, _ then: UInt64) -> UInt64 {
      now > then ? now - then : 0
    }

    /// Pages of which the duration is known.
    var timed: UInt64 { durations.reduce(0, &+) }

    /// Pages that took longer than the bucket at a place allows.
    func slower(than place: Int) -> UInt64 { durations.dropFirst(place + 1).reduce(0, &+) }

    /// The place of the first bucket that no more than a share of the pages is above; nil = their
    /// durations are not known.
    func place(above share: Double) -> Int? {
      let all = timed
      guard all > 0 else { return nil }
      return durations.indices.first { Double(slower(than: $0)) <= share * Double(all) }
    }
  }
}
