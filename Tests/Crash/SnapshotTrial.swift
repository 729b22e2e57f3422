internal import Feed
internal import PowerCut
internal import Stores

/// `snapshots DIR SEED CALL FIRST`: saves six snapshots from offset FIRST on until the power is
/// cut, and says each that was saved.
struct SnapshotTrial {
  private let folder: String
  private let seed: Int
  private let call: Int
  private let first: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    seed = try arguments.number(2)
    call = try arguments.number(3)
    first = try arguments.number(4)
  }

  func run() throws {
    let directory = try DataDirectory(folder, access: .write)
    unsafe powercut_watch(folder)
    powercut_cut_at(call, UInt64(seed))
    let snapshots = try FileSnapshots(directory)
    for offset in first..<first + 6 {
      try snapshots.save(offset: Offset(UInt64(offset)), configuration: 1) {
        writer throws(SnapshotError) in
        try writer.write { $0 += Self.payload(offset) }
      }
      Output.line("saved \(offset)")
    }
    Output.line("done")
  }

  /// A payload of several sectors that follows from the offset.
  static func payload(_ offset: Int) -> [UInt8] {
    (0..<3_000 + offset).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ offset) }
  }
}
