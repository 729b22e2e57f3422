public import Feed

/// One candidate of a page with what came of it: a row for people's own tools.
public struct ExampleRow {
  /// The page.
  public let page: PageServed
  /// The candidate.
  public let entry: PageServed.Entry
  /// What came of it; nothing can have come of one that was not shown.
  public let labels: EntryLabels

  /// A row.
  public init(page: PageServed, entry: PageServed.Entry, labels: EntryLabels) {
    self.page = page
    self.entry = entry
    self.labels = labels
  }

  /// The values of features by raw value, NaN where the page has none.
  ///
  /// Those of the request stand once on the page, the others with each candidate.
  public func features() -> [Float] {
    var values = [Float](repeating: .nan, count: Feature.allCases.count)
    let shared = page.requestFeatures.count
    for (place, raw) in page.features.enumerated() where values.indices.contains(Int(raw)) {
      if place < shared {
        values[Int(raw)] = page.requestFeatures[place]
      } else if place - shared < entry.features.count {
        values[Int(raw)] = entry.features[place - shared]
      }
    }
    return values
  }

  /// The candidates of a page: the shown ones by place, then maybe the sample of the others.
  static func rows(_ example: JoinedExamples.Example, unshown: Bool) -> [ExampleRow] {
    let page = example.page
    var rows = zip(page.entries, example.labels).enumerated().map { place, pair in
      var entry = pair.0
      // Records of the first version of the log say a place by the order alone.
      if entry.position == 0 { entry.position = UInt16(clamping: place + 1) }
      return ExampleRow(page: page, entry: entry, labels: pair.1)
    }
    guard unshown else { return rows }
    for entry in page.unshown {
      rows.append(ExampleRow(page: page, entry: entry, labels: EntryLabels()))
    }
    return rows
  }
}
