internal import Feed
internal import Stores

/// The World made again from what is on the disk, beside a running server.
struct Rebuild: ~Copyable {
  /// What the World was made from first.
  enum Start: Equatable {
    case log
    case snapshot(String, Offset)
  }

  /// The World as far as the log was folded in.
  private(set) var world: World
  let start: Start
  /// Events folded in, without those of the snapshot.
  private(set) var events: UInt64 = 0
  /// How long that took.
  private(set) var seconds = 0.0

  /// The World before the log is folded in: empty, or the oldest snapshot that holds what was
  /// pruned.
  ///
  /// - Parameter last: the offset that must not be passed; nil: the log's end.
  init(
    _ directory: DataDirectory, _ log: SQLiteLog, settings: WorldSettings, through last: Offset?
  ) throws {
    guard log.prunedThrough > .zero else {
      world = World(settings: settings)
      start = .log
      return
    }
    let snapshots = try FileSnapshots(directory)
    let fitting = try snapshots.generations().filter { info in
      info.failure == nil && info.configuration == settings.digest
        && info.offset >= log.prunedThrough && info.offset <= last ?? info.offset
    }
    for info in fitting.reversed() {
      let loaded = try? snapshots.load(info) { payload throws(SnapshotError) in
        Holder(try World(settings: settings, payload: payload))
      }
      guard let loaded else { continue }
      world = loaded.take()
      start = .snapshot(info.name, info.offset)
      return
    }
    throw Failure(
      "no-snapshot",
      "\(directory.path): interactions up to offset \(log.prunedThrough.value) left the log, and "
        + "no sound snapshot of this configuration holds them; name the server's file by --config")
  }

  /// Folds the log in.
  mutating func run(
    _ log: SQLiteLog, through last: Offset?, progress: consuming Progress
  ) throws {
    var progress = progress
    let before = world.tally.applied + world.tally.duplicates
    let from = world.offset.value
    let end = (last ?? log.end).value
    let whole = Double(max(1, end - min(end, from)))
    try Engine.replay(log, into: &world, through: last) { offset in
      let done = offset - min(offset, from)
      progress.update(Int(clamping: done), share: Double(done) / whole)
    }
    seconds = progress.seconds
    progress.finish()
    events = world.tally.applied + world.tally.duplicates - before
  }

  /// Events a second.
  var rate: Double { Double(events) / max(seconds, 1e-9) }

  /// Takes a World that can't be copied out of a generic call.
  private final class Holder {
    private var world: World?

    init(_ world: consuming World) { self.world = consume world }

    func take() -> World { self.world.take()! }
  }
}
