internal import Feed
internal import Stores

/// `snapshots DIR SEED CALL FIRST`: saves six snapshots from offset FIRST on.
enum SnapshotTrial {
  static func run(_ arguments: [String]) throws {
    try SavingTrial(arguments).run(6) { directory in
      let snapshots = try FileSnapshots(directory)
      return { offset in
        try snapshots.save(offset: Offset(UInt64(offset)), configuration: 1) {
          writer throws(SnapshotError) in
          try writer.write { $0 += payload(offset) }
        }
      }
    }
  }

  /// A payload of several sectors that follows from the offset.
  static func payload(_ offset: Int) -> [UInt8] {
    (0..<3_000 + offset).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ offset) }
  }
}
