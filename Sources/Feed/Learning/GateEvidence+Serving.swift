extension GateEvidence {
  private static let dayMs: Int64 = 86_400_000
  /// Places of the log that are read where there are more events than are to be read.
  private static let slices: UInt64 = 64

  /// Features as they were served lately, in the bins of training.
  ///
  /// The pages are the newest ones of as long a time as the profiles are of, so that both have the
  /// same hours; of them only those that are newer than the model's data, once these are a day.
  /// Where they are more than `events` events of the log, as many are read in places all over them.
  ///
  /// - Parameter id: the model's; pages that it ordered itself are left out, as they tell what it
  ///   prefers, and not how features are computed. Empty = none.
  public static func serving(
    _ engine: Engine, _ manifest: ModelManifest, id: String = "", _ events: Int
  ) -> ServingProfiles {
    var serving = pages(engine, manifest, id, events)
    // A thousand items at a time: the writer waits meanwhile.
    serving.countAuthors { items in
      engine.read { world in
        items.compactMap { world.item($0).map { world.items.facts[Int($0.index)].author } }
      }
    }
    return serving
  }

  private static func pages(
    _ engine: Engine, _ manifest: ModelManifest, _ id: String, _ events: Int
  ) -> ServingProfiles {
    var serving = ServingProfiles(manifest.profiles)
    guard !manifest.profiles.isEmpty, events > 0, let newest = newest(engine) else {
      return serving
    }
    let last = newest.offset.value
    let reach = UInt64(clamping: events)
    let profiled = manifest.profiled
    guard profiled.to > .zero else {
      read(engine, id, after: last > reach ? last - reach : 0, through: last, into: &serving)
      return serving
    }
    let length = max(dayMs, profiled.to.milliseconds - profiled.from.milliseconds)
    let fresh = min(profiled.to, newest.time.advanced(milliseconds: -dayMs))
    let start = max(newest.time.advanced(milliseconds: -length), fresh)
    serving = ServingProfiles(manifest, from: start, to: newest.time)
    let first = offset(engine, at: start, before: last)
    guard last - first > reach else {
      read(engine, id, after: first, through: last, into: &serving)
      return serving
    }
    let slices = min(slices, reach)
    for slice in 0..<slices {
      // The last slice ends with the newest page.
      let step = (last - first - reach / slices) / max(1, slices - 1)
      let after = first + step * slice
      read(engine, id, after: after, through: after + reach / slices, into: &serving)
    }
    return serving
  }

  /// Adds pages. A log that can't be read leaves too few rows, which the verdict says.
  private static func read(
    _ engine: Engine, _ id: String, after: UInt64, through last: UInt64,
    into serving: inout ServingProfiles
  ) {
    try? engine.scanPages(after: Offset(after)) { offset, page in
      guard offset.value <= last else { return false }
      if page.model.isEmpty || !id.hasPrefix(page.model) { serving.add(page) }
      return offset.value < last
    }
  }

  /// The newest page: ever more of the log's end is read until there is one.
  private static func newest(_ engine: Engine) -> (offset: Offset, time: Timestamp)? {
    let end = engine.logEnd.value
    var reach: UInt64 = 1_000
    while true {
      var found: (Offset, Timestamp)?
      try? engine.scanPages(after: Offset(end > reach ? end - reach : 0)) { offset, page in
        found = (offset, page.time)
        return offset.value < end
      }
      if found != nil || reach >= end { return found }
      reach = reach > end / 8 ? end : reach * 8
    }
  }

  /// The offset after which pages are of a time or later, by halving: pages are logged in their
  /// order, but for seconds.
  private static func offset(
    _ engine: Engine, at time: Timestamp, before last: UInt64
  ) -> UInt64 {
    var (low, high) = (UInt64(0), last)
    while low < high {
      let middle = low + (high - low) / 2
      var next: Timestamp?
      try? engine.scanPages(after: Offset(middle)) { _, page in
        next = page.time
        return false
      }
      if let next, next < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
