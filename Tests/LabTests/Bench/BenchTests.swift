import Feed
import Foundation
import Lab
import Stores
import TestKit
import Testing

/// Whether to measure: figures mean something only with -c release on a quiet machine.
let measures = ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil

@Suite(.serialized) struct BenchTests {
  private let bench = Benchmarks(time: RealTime())
  /// By the time that the thread worked: comparable on a busy machine.
  private let work = Benchmarks(time: RealTime(countsWork: true))

  @Test func fanOutWritesEveryInbox() {
    let figure = bench.fanOut(followers: measures ? 40_000 : 500, posts: measures ? 500 : 20)
    #expect(figure.count == (measures ? 20_000_000 : 10_000) && figure.seconds > 0)
    if measures { print("fan-out: \(Int(figure.rate)) inbox writes/s") }
  }

  @Test func replayFoldsEveryEvent() throws {
    let log = MemoryLog()
    try bench.fill(log, events: measures ? 2_000_000 : 2_000, items: measures ? 100_000 : 100)
    let figure = try bench.replay(log)
    #expect(figure.count == (measures ? 2_100_000 : 2_100))
    guard measures else { return }
    let worked = try work.replay(log)
    print("replay from memory: \(Int(figure.rate)) events/s, \(Int(worked.rate)) a core second")
  }

  @Test func replayFromSQLiteFoldsEveryEvent() throws {
    let folder = try TestFolder()
    let directory = try DataDirectory(folder.path + "/data", access: .write)
    let log = try SQLiteLog(directory)
    try bench.fill(log, events: measures ? 2_000_000 : 2_000, items: measures ? 100_000 : 100)
    let figure = try bench.replay(log)
    #expect(figure.count == (measures ? 2_100_000 : 2_100))
    guard measures else { return }
    let worked = try work.replay(log)
    print("replay from SQLite: \(Int(figure.rate)) events/s, \(Int(worked.rate)) a core second")
  }

  @Test func pagesAreRankedAlsoUnderIngest() throws {
    let engine = try bench.pageEngine(MemoryLog(), scale: measures ? 1 : 0.02)
    defer { engine.stop() }
    let idle = try bench.pages(engine, count: measures ? 3_000 : 5)
    let busy = try bench.pagesUnderIngest(
      engine, count: measures ? 10_000 : 5, eventsPerSecond: 50_000)
    #expect(idle.candidates > (measures ? 1_500 : 100))
    #expect(idle.latency.p50 > 0 && busy.latency.p99 > 0)
    guard measures else { return }
    let worked = try work.pages(engine, count: 3_000)
    print("pages idle: \(idle)\npages under ingest: \(busy)\npages, core time: \(worked)")
  }

  @Test func theNearestOfEachInterestComeInTime() throws {
    let times = try bench.nearestSource(
      items: measures ? 200_000 : 2_000, pages: measures ? 2_000 : 20,
      quota: measures ? 600 : 90)
    #expect(times.latency.count == (measures ? 2_000 : 20))
    #expect(times.candidates > (measures ? 500 : 60) && times.candidates <= (measures ? 600 : 90))
    if measures { print("nearest source: \(times)") }
  }

  @Test func memoryOfAMillionItems() throws {
    guard measures else {
      let memory = try bench.memory(items: 1_000, users: 200, actionsEach: 5)
      return #expect(memory.items == 1_000 && memory.users >= 200 && !memory.parts.isEmpty)
    }
    let memory = try bench.memory()
    for (part, bytes) in memory.parts.sorted(by: { $0.value > $1.value }) {
      print("memory: \(part): \(bytes >> 20) MiB")
    }
    print("memory: \(memory.bytes >> 20) MiB for \(memory.items) items, \(memory.users) users")
    #expect(memory.items == 1_000_000 && memory.bytes < 1_500_000_000)
  }
}
