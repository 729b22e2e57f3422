import Feed
import Stores
import TestKit
import Testing

@Suite("Snapshots are whole or refused")
struct FileSnapshotsTests {
  private let folder = TemporaryFolder()
  private let directory: DataDirectory
  private let snapshots: FileSnapshots

  init() throws {
    directory = try DataDirectory(folder.path + "/data", access: .write)
    snapshots = try FileSnapshots(directory)
  }

  private func save(_ offset: UInt64, _ payload: [UInt8]) throws {
    try snapshots.save(offset: Offset(offset), configuration: 7) { writer throws(SnapshotError) in
      try writer.write { $0 += payload }
    }
  }

  private func load(_ info: SnapshotInfo) throws -> [UInt8] {
    try snapshots.load(info) { $0.array }
  }

  private func path(_ info: SnapshotInfo) -> String { "\(directory.snapshots)/\(info.name)" }

  @Test(arguments: [0, 1, 7, 8, 100, 1 << 20, (3 << 20) + 5])
  func comesBackAsItWent(_ size: Int) throws {
    var generator = SeededGenerator(seed: UInt64(size))
    let payload = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try save(42, payload)
    let infos = try snapshots.generations()
    #expect(infos.map(\.offset) == [Offset(42)])
    #expect(infos.map(\.configuration) == [7])
    #expect(infos.map(\.bytes) == [size])
    #expect(infos.map(\.name) == ["world-00000000000000000042.snapshot"])
    #expect(try infos.map(load) == [payload])
  }

  @Test func twoGenerationsStayAndLeftoversGo() throws {
    try TestFile.write(directory.snapshots + "/world-00000000000000000009.snapshot.part", [1])
    for offset in [3, 1_000, 20] as [UInt64] { try save(offset, [UInt8(offset % 251)]) }
    #expect(
      TestFile.names(directory.snapshots) == [
        "world-00000000000000000020.snapshot", "world-00000000000000001000.snapshot",
      ])
    try TestFile.write(directory.snapshots + "/world-00000000000000000009.snapshot.part", [1])
    _ = try FileSnapshots(directory)
    #expect(TestFile.names(directory.snapshots).count == 2)
  }

  @Test func aFailedPayloadLeavesNothing() throws {
    try save(1, [1])
    let failure = SnapshotError(.unavailable, "no more")
    #expect(throws: failure) {
      try snapshots.save(offset: Offset(2), configuration: 7) { _ throws(SnapshotError) in
        throw failure
      }
    }
    #expect(TestFile.names(directory.snapshots).count == 1)
  }

  @Test func everyTruncationIsRefused() throws {
    try save(5, Array(0..<200))
    let info = try #require(try snapshots.generations().first)
    let whole = try TestFile.read(path(info))
    for length in 0..<whole.count {
      try TestFile.write(path(info), Array(whole[..<length]))
      try expectCorrupt(info, "\(length) of \(whole.count) bytes")
    }
    try TestFile.write(path(info), whole + [0])
    try expectCorrupt(info, "one byte too many")
    try TestFile.write(path(info), whole)
    #expect(try load(info) == Array(0..<200))
  }

  @Test func everyFlippedBitIsRefused() throws {
    var generator = SeededGenerator.announced("every flipped bit of a snapshot")
    try save(5, (0..<1_000).map { UInt8(truncatingIfNeeded: $0) })
    let info = try #require(try snapshots.generations().first)
    let whole = try TestFile.read(path(info))
    let header = Array(0..<64 * 8)
    let payload = (0..<300).map { _ in Int.random(in: 64 * 8..<whole.count * 8, using: &generator) }
    for bit in header + payload {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try TestFile.write(path(info), damaged)
      try expectCorrupt(info, "bit \(bit)")
    }
  }

  private func expectCorrupt(_ info: SnapshotInfo, _ what: String) throws {
    var isSeen = false
    let error = #expect(throws: SnapshotError.self, "\(what)") {
      try snapshots.load(info) { _ in isSeen = true }
    }
    #expect(!isSeen, "\(what): the payload was handed out")
    #expect(error?.code == .corrupt, "\(what)")
    #expect(error?.description.hasPrefix("snapshot-corrupt: \(path(info)): ") == true)
  }

  @Test func aDamagedHeaderDoesNotHideTheOlderGeneration() throws {
    try save(1, [1])
    try save(2, [2])
    let newest = try #require(try snapshots.generations().first)
    try TestFile.write(path(newest), [UInt8](repeating: 0, count: 80))
    let infos = try snapshots.generations()
    #expect(infos.map(\.offset) == [Offset(2), Offset(1)])
    #expect(infos.map { $0.failure?.code } == [.corrupt, nil])
    #expect(try load(infos[1]) == [1])
    // The next save keeps the sound one and itself.
    try save(3, [3])
    #expect(try snapshots.generations().map(\.offset) == [Offset(3), Offset(1)])
  }

  @Test func aNewerFormatIsToldApartFromDamage() throws {
    try save(1, [1])
    let info = try #require(try snapshots.generations().first)
    var bytes = try TestFile.read(path(info))
    bytes[8] = 2
    let sum = RecordView.over(bytes, 0..<56) { SnapshotWriter.checksum(of: $0) }
    for index in 0..<8 { bytes[56 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt64(index))) }
    try TestFile.write(path(info), bytes)
    let error = #expect(throws: SnapshotError.self) { try load(info) }
    #expect(
      error?.description
        == "snapshot-newer: \(path(info)): has format 2.\(SnapshotWriter.version), "
        + "this program reads up to 1.\(SnapshotWriter.version); "
        + "upgrade updraft")
  }

  @Test func aReaderDoesNotWrite() throws {
    try save(1, [1])
    let reader = try FileSnapshots(DataDirectory(directory.path, access: .read))
    let error = #expect(throws: SnapshotError.self) {
      try reader.save(offset: Offset(2), configuration: 7) { _ in }
    }
    #expect(error?.code == .unavailable)
    #expect(try reader.generations().count == 1)
  }
}
