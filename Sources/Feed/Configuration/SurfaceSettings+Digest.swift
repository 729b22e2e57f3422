extension SurfaceSettings {
  /// A digest of every setting: equal settings give equal digests. Pages in the log name it.
  public var digest: UInt64 {
    var bytes: [UInt8] = []
    for map in [weights, utility] {
      bytes.put(UInt32(clamping: map.count))
      for (name, value) in map.sorted(by: { $0.key < $1.key }) {
        bytes.put(text: name)
        bytes.put(value.bitPattern)
      }
    }
    for map in [sources, reserved, nearestSpaces] {
      bytes.put(UInt32(clamping: map.count))
      for (name, value) in map.sorted(by: { $0.key < $1.key }) {
        bytes.put(text: name)
        bytes.put(Int64(value))
      }
    }
    bytes.put(text: seen.rawValue)
    bytes.put(text: ranker.rawValue)
    for number in [
      limitDefault, limitMax, depth, authorCap, categoryCap, runMax, mmrPool, exploreTop,
      deadlineMs, sourcesDeadlineMs,
    ] { bytes.put(Int64(number)) }
    for number in [freshBoostMs, cacheAgeMs] { bytes.put(number) }
    for number in [mmrLambda, freshBoost, exploreShare, learnedNeighbours] {
      bytes.put(number.bitPattern)
    }
    bytes.put(Int64(online.enabled ? 1 : 0))
    for texts in [online.features, online.crosses] { bytes.put(texts: texts) }
    bytes.put(Int64(online.slotsLog2))
    for number in [
      online.bound, online.featureRate, online.crossRate, online.beta, online.l1, online.l2,
    ] { bytes.put(number.bitPattern) }
    return RecordView.over(bytes, 0..<bytes.count) { SnapshotWriter.checksum(of: $0) }
  }
}
