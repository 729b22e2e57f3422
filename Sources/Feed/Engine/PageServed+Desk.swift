extension PageServed {
  /// Digits of a model's id in a record.
  private static let modelDigits = 16

  /// A model's id as records name it; empty for none.
  static func digits(_ id: String) -> String { String(id.prefix(modelDigits)) }

  /// The record of a page.
  init(_ desk: PageDesk.Entry) {
    self.init(desk.page, of: desk.set, time: desk.time, sampleRate: desk.sampleRate)
  }

  /// The record of a page that was cut from a set.
  ///
  /// - Parameters:
  ///   - time: when it was served.
  ///   - sampleRate: the share of pages that is written.
  package init(_ page: Page, of set: RankedSet, time: Timestamp, sampleRate: Double) {
    self.init(
      user: set.request.user, surface: set.request.surface, requestID: page.requestID,
      offset: page.offset, servedBy: page.servedBy.rawValue, time: time, entries: [])
    model = Self.digits(set.model)
    configuration = set.scoring.digest
    experiments = "ranker=\(set.arm.rawValue)"
    self.sampleRate = Float(sampleRate)
    entries.reserveCapacity(page.entries.count)
    guard let evidence = set.evidence else { return }
    features = evidence.features.map(\.rawValue)
    requestFeatures = evidence.request
    heads = evidence.heads.map(\.rawValue)
    for shown in page.entries {
      let place = shown.rank - 1
      var entry = Entry(item: shown.item, score: shown.score, sources: shown.sources)
      entry.position = UInt16(clamping: shown.rank)
      entry.propensity = set.propensity(at: place)
      if place < evidence.places {
        entry.features = evidence.features(at: place)
        entry.heads = evidence.heads(at: place)
      }
      entries.append(entry)
    }
    online = set.online.map { online in
      // A place that there is no correction of had none.
      OnlineRecord(
        version: online.version, keys: online.keys,
        corrections: page.entries.map { shown in
          let place = shown.rank - 1
          return online.corrections.indices.contains(place) ? online.corrections[place] : 0
        })
    }
    // The sample is of what the first page did not show.
    guard page.entries.first?.rank == 1 else { return }
    for (number, candidate) in evidence.unshown.enumerated() {
      var entry = Entry(
        item: candidate.item, score: candidate.score, sources: candidate.sources)
      entry.propensity = candidate.propensity
      entry.features = evidence.features(at: evidence.places + number)
      entry.heads = evidence.heads(at: evidence.places + number)
      unshown.append(entry)
    }
  }
}
