import Feed
import Foundation
import Index
import Stores
import TestKit
import Testing

/// How often the loops run; the environment can ask for more or fewer.
enum Trials {
  static let kills = count("UPDRAFT_KILLS", 200)
  static let powerCuts = count("UPDRAFT_POWER_CUTS", 1_000)

  private static func count(_ name: String, _ usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }
}

@Suite("A crash loses nothing that was acknowledged", .serialized)
struct CrashTests {
  /// The status with which the program ends when its power was cut.
  private static let cut: Int32 = 86

  private struct Outcome {
    var cuts = 0
    var lost = 0
    var acknowledged = 0
  }

  /// Cuts the power `count` times, ten times in each folder, and looks at the log after each.
  private func cutPower(_ count: Int, _ mode: String, seed: UInt64) throws -> Outcome {
    var chance = SeededGenerator(seed: seed)
    var outcome = Outcome()
    var folder = TemporaryFolder(inMemory: true)
    var acknowledged: UInt64 = 0
    var longest = 700
    for trial in 0..<count {
      if trial % 10 == 0 {
        folder = TemporaryFolder(inMemory: true)
        acknowledged = 0
      }
      let data = folder.path + "/data"
      let call = Int.random(in: 1...longest, using: &chance)
      let process = try TrialProcess.built(
        "updraft-crash-writer", ["append", data, mode, "\(trial)", "\(call)"])
      let lines = process.lines()
      let status = process.wait()
      let name = "trial \(trial), call \(call), seed \(seed)"
      // A run that ends before the cut: the calls are fewer than was thought.
      if status == 0 { longest = max(100, call) } else { outcome.cuts += 1 }
      try #require(status == Self.cut || status == 0, "\(name): \(status) \(lines.suffix(2))")
      let own = lines.compactMap { $0.hasPrefix("ack ") ? UInt64($0.dropFirst(4)) : nil }.last
      acknowledged = max(acknowledged, own ?? 0)
      let end = try checkLog(data, name)
      if end < acknowledged { outcome.lost += 1 }
      outcome.acknowledged += lines.count
      // What was lost is gone for the next crash too.
      acknowledged = min(acknowledged, end)
    }
    return outcome
  }

  /// The log opens, is a beginning of what was appended, without a hole, and ends with a whole
  /// batch.
  private func checkLog(_ data: String, _ name: String) throws -> UInt64 {
    let directory = try DataDirectory(data, access: .write)
    let log = try SQLiteLog(directory)
    var last: (offset: UInt64, batch: String) = (0, "0-0")
    try log.scan(after: .zero) { offset, record in
      switch try? Event.decode(record) {
      case .interaction(let interaction):
        last = (UInt64(interaction.eventID) ?? 0, interaction.session)
      case .itemPublished(let item): last = (UInt64(item.id) ?? 0, item.title)
      default: last = (0, "")
      }
      return last.offset == offset.value
    }
    let figures = log.figures()
    #expect(figures.corruptRecords == 0 && figures.refusal == nil, "\(name): \(figures)")
    if log.end > log.prunedThrough {
      #expect(last.offset == log.end.value, "\(name): ends at \(last), not \(log.end.value)")
      #expect(last.batch.hasSuffix("-\(last.offset)"), "\(name): a part of batch \(last)")
    }
    #expect(try log.deadLetters(after: 0, limit: 100).count <= 8, "\(name)")
    let end = log.end.value
    try log.close()
    return end
  }

  @Test func powerCutsLoseNothing() throws {
    let outcome = try cutPower(Trials.powerCuts, "always", seed: 1)
    #expect(outcome.lost == 0, "\(outcome)")
    #expect(outcome.cuts > Trials.powerCuts / 2, "too few cuts hit: \(outcome)")
    #expect(outcome.acknowledged > Trials.powerCuts, "too little was written: \(outcome)")
  }

  /// The control: the same cuts must lose acknowledged events where the log does not sync, or the
  /// cuts prove nothing. The log still opens and has no hole.
  @Test(arguments: ["os", "interval:50"])
  func withoutSyncPowerCutsLose(_ mode: String) throws {
    let outcome = try cutPower(max(20, Trials.powerCuts / 10), mode, seed: 2)
    #expect(outcome.lost > 0, "no loss was seen without syncs: \(outcome)")
  }

  @Test func killsLoseNothing() throws {
    var chance = SeededGenerator.announced("kills")
    var folder = TemporaryFolder(inMemory: true)
    var acknowledged: Set<String> = []
    for trial in 0..<Trials.kills {
      if trial % 20 == 0 {
        folder = TemporaryFolder(inMemory: true)
        acknowledged = []
      }
      let data = folder.path + "/data"
      let process = try TrialProcess.built(
        "updraft-crash-writer", ["flood", data, "always", "4"])
      // Killed after so many acknowledgements; what it still said is acknowledged too.
      for _ in 0..<Int.random(in: 0...60, using: &chance) {
        guard let line = process.line() else { break }
        acknowledged.insert(line)
      }
      process.kill()
      acknowledged.formUnion(process.lines())
      try #require(process.wait() == -9, "trial \(trial): it ended by itself")
      try checkFlood(data, acknowledged, "trial \(trial)")
    }
  }

  /// Acknowledged is in the log, nothing is there twice, and each thread's order is kept.
  private func checkFlood(_ data: String, _ acknowledged: Set<String>, _ name: String) throws {
    let log = try SQLiteLog(DataDirectory(data, access: .write))
    var found: Set<String> = []
    var lasts: [String: UInt64] = [:]
    var isInOrder = true
    try log.scan(after: .zero) { _, record in
      guard let view = try? InteractionView(record), let number = UInt64(view.eventID.text) else {
        isInOrder = false
        return false
      }
      let thread = view.user.text
      isInOrder = isInOrder && lasts[thread, default: 0] < number
      lasts[thread] = number
      found.insert("ack \(thread) \(number)")
      return true
    }
    #expect(isInOrder, "\(name): a thread's events are out of order or double")
    #expect(UInt64(found.count) == log.end.value, "\(name): events are missing or double")
    #expect(acknowledged.isSubset(of: found), "\(name): \(acknowledged.subtracting(found)) lost")
    #expect(try log.verify() == 0, "\(name)")
    try log.close()
  }

  @Test func everyFailingCallIsAnswered() throws {
    let folder = TemporaryFolder(inMemory: true)
    let process = try TrialProcess.built("updraft-crash-writer", ["faults", folder.path])
    let lines = process.lines()
    #expect(process.wait() == 0 && lines.last == "done", "\(lines.suffix(2))")
  }

  /// The power is cut at every step of saving; the newest saved snapshot, or a newer, is whole.
  @Test(arguments: 1...4)
  func everyStepOfASnapshotCanBeTheLast(_ seed: Int) throws {
    var chance = SeededGenerator(seed: UInt64(seed))
    let folder = TemporaryFolder(inMemory: true)
    var first = 1
    var saved = 0
    var call = 1
    var status = Self.cut
    while status == Self.cut {
      let process = try TrialProcess.built(
        "updraft-crash-writer",
        ["snapshots", folder.path + "/data", "\(chance.next() >> 1)", "\(call)", "\(first)"])
      let lines = process.lines()
      status = process.wait()
      try #require(status == Self.cut || status == 0, "call \(call): \(status) \(lines)")
      for line in lines { saved = max(saved, Int(line.dropFirst(6)) ?? 0) }
      first = try checkSnapshots(folder.path + "/data", saved, "seed \(seed), call \(call)") + 1
      call += 1
    }
    #expect(call > 30, "only \(call) steps were tried")
  }

  /// The power is cut at every step of saving a graph; the last saved, or a newer, is whole.
  @Test(arguments: 1...2)
  func everyStepOfAGraphCanBeTheLast(_ seed: Int) throws {
    var chance = SeededGenerator(seed: UInt64(seed))
    let folder = TemporaryFolder(inMemory: true)
    var saved = -1
    var call = 1
    var status = Self.cut
    while status == Self.cut {
      let process = try TrialProcess.built(
        "updraft-crash-writer",
        ["graphs", folder.path + "/data", "\(chance.next() >> 1)", "\(call)", "\(saved + 1)"])
      let lines = process.lines()
      status = process.wait()
      let name = "seed \(seed), call \(call)"
      try #require(status == Self.cut || status == 0, "\(name): \(status) \(lines)")
      for line in lines { saved = max(saved, Int(line.dropFirst(6)) ?? saved) }
      let directory = try DataDirectory(folder.path + "/data", access: .write)
      let graphs = try FileGraphs(directory)
      let graph = try graphs.open(GraphName(space: "text", version: 1))
      let newest = (graph?.count ?? 0) - 1
      #expect(newest >= saved, "\(name): \(saved) was saved, \(newest) is what opens")
      #expect(!TestFile.names(directory.graphs).contains { $0.hasSuffix(".part") }, "\(name)")
      saved = max(saved, newest)
      call += 1
    }
    #expect(call > 20, "only \(call) steps were tried")
  }

  private func checkSnapshots(_ data: String, _ saved: Int, _ name: String) throws -> Int {
    let directory = try DataDirectory(data, access: .write)
    let snapshots = try FileSnapshots(directory)
    var newest = 0
    for info in try snapshots.generations() {
      guard let payload = try? snapshots.load(info, { $0.array }) else { continue }
      let offset = Int(info.offset.value)
      let expected = (0..<3_000 + offset).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ offset) }
      #expect(payload == expected, "\(name): another payload at \(offset)")
      newest = max(newest, offset)
    }
    #expect(newest >= saved, "\(name): \(saved) was saved, \(newest) is the newest that loads")
    #expect(!TestFile.names(directory.snapshots).contains { $0.hasSuffix(".part") }, "\(name)")
    return max(newest, saved)
  }
}
