extension Engine {
  /// Brings the World to the log's end: newest sound snapshot first, then the log behind it.
  func recover() throws(LogError) {
    let total = log.end.value
    enter(.starting(applied: 0, total: total))
    let otherwise = loadSnapshot()
    if world.offset < log.prunedThrough {
      // To go on would write snapshots without them over the ones that hold them.
      if let otherwise {
        throw LogError(
          .settings,
          "interactions up to offset \(log.prunedThrough.value) have left the log, and "
            + "\(otherwise), which holds them, was made under other world settings; start with "
            + "those settings, or move the snapshots away to go on without these interactions")
      }
      say(
        "log-pruned: interactions up to offset \(log.prunedThrough.value) left the log and no "
          + "snapshot holds them; items, users and follows are complete")
    }
    try Engine.replay(log, into: &world) { applied in
      enter(.starting(applied: applied, total: total))
    }
    if world.tally.poison > 0 {
      say("log-poison: \(world.tally.poison) records of the log could not be read")
    }
    snapshotOffset = world.offset
  }

  /// Folds the log behind the World's offset in. Vectors that come with it are not linked yet: that
  /// is better done together, by the one who serves.
  ///
  /// - Parameter progress: called about every 65,536 events with the offset reached.
  public static func replay(
    _ log: any EventLog, into world: inout World, through last: Offset? = nil,
    progress: (UInt64) -> Void = { _ in }
  ) throws(LogError) {
    let reader = ReadAhead(log, world.encoder, after: world.offset, through: last)
    let folder = EngagementFolder(place: Engagement(world.settings))
    world.isFillingUp = true
    defer {
      world.isFillingUp = false
      world.settle()
      folder.stop()
      reader.stop()
    }
    var count: UInt64 = 0
    while var batch = try reader.next() {
      world.lend(to: folder)
      var start = 0
      while start < batch.count {
        let end = min(batch.count, start + replayChunk)
        world.anticipate(batch, start..<end)
        for index in start..<end { batch.apply(index, to: &world) }
        start = end
      }
      world.handOver()
      let before = count
      count += UInt64(batch.count)
      if before >> 16 != count >> 16 { progress(world.offset.value) }
      reader.giveBack(&batch)
    }
  }

  /// Events whose memory is fetched side by side.
  private static let replayChunk = 16

  /// Takes the newest sound snapshot in.
  ///
  /// - Returns: the name of a sound one that was made under other settings, if none was taken.
  private func loadSnapshot() -> String? {
    guard let snapshots else { return nil }
    let digest = configuration.world.digest
    let generations: [SnapshotInfo]
    do {
      generations = try snapshots.generations()
    } catch {
      say("\(error.description); the log serves")
      return nil
    }
    var otherwise: String?
    for (index, info) in generations.enumerated() {
      let next = index + 1 < generations.count ? "the older one serves" : "the log serves"
      if let failure = info.failure {
        say("\(failure.description); \(next)")
        continue
      }
      guard info.configuration == digest else {
        say("snapshot-configuration: \(info.name) was made under other world settings; \(next)")
        otherwise = otherwise ?? info.name
        continue
      }
      do {
        let settings = configuration.world
        let box = try snapshots.load(info) { payload throws(SnapshotError) in
          WorldBox(
            try World(settings: settings, payload: payload, graph: { self.openGraph($0) }))
        }
        world = box.take()
        return nil
      } catch {
        say("\(error.description); \(next)")
      }
    }
    return otherwise
  }

  var isSnapshotDue: Bool {
    guard snapshots != nil, world.offset > snapshotOffset else { return false }
    let settings = configuration.log
    if world.offset.value - snapshotOffset.value >= UInt64(settings.snapshotEvents) { return true }
    return (time.ticks &- snapshotTicks) / 1_000_000 >= UInt64(max(1, settings.snapshotEveryMs))
  }

  /// Writes the World out; events wait, pages do not, since only this thread changes the World.
  func takeSnapshot() -> Result<SnapshotInfo?, SnapshotError> {
    guard let snapshots, world.offset > snapshotOffset else { return .success(nil) }
    let start = time.ticks
    do {
      try snapshots.save(offset: world.offset, configuration: configuration.world.digest) {
        writer throws(SnapshotError) in try world.encode(&writer)
      }
    } catch {
      snapshotTicks = time.ticks
      say(error.description)
      return .failure(error)
    }
    snapshotOffset = world.offset
    snapshotTicks = time.ticks
    meters.snapshot.observe(from: start, to: snapshotTicks)
    linker.requestSave()
    do {
      let generations = try snapshots.generations().filter { $0.failure == nil }
      try pruneLog(generations)
      return .success(generations.first)
    } catch let error as SnapshotError {
      return .failure(error)
    } catch {
      say("\(error)")
      return .success(nil)
    }
  }

  /// Drops interactions that are past the retention and inside both snapshots.
  private func pruneLog(_ generations: [SnapshotInfo]) throws {
    guard configuration.log.retentionMs > 0, generations.count >= 2,
      let oldest = generations.map(\.offset).min()
    else { return }
    let limit = world.received.advanced(milliseconds: -configuration.log.retentionMs)
    let last = try lastOffset(receivedBefore: limit, through: oldest)
    if last > log.prunedThrough { _ = try log.prune(through: last) }
  }

  /// The last offset whose record was taken in before `limit`, by bisection.
  func lastOffset(
    receivedBefore limit: Timestamp, through: Offset
  ) throws(LogError) -> Offset {
    var low = log.prunedThrough.value
    var high = through.value
    while low < high {
      let middle = low + (high - low + 1) / 2
      var isBefore = true
      try log.scan(after: Offset(middle - 1)) { _, record in
        isBefore = record.received.map { $0 < limit } ?? true
        return false
      }
      if isBefore { low = middle } else { high = middle - 1 }
    }
    return Offset(low)
  }

  /// The World's digest, noted in the log.
  func takeDigest() -> DigestMark {
    let mark = DigestMark(
      offset: world.offset, digest: world.digest(), configuration: configuration.world.digest)
    do {
      try log.mark(mark)
    } catch {
      say(error.description)
    }
    return mark
  }
}

/// Carries a World, which can't be copied, out of a generic call.
private final class WorldBox {
  private var world: World?

  init(_ world: consuming World) { self.world = consume world }

  func take() -> World { self.world.take()! }
}
