import Feed
import Foundation
import Glibc
import HTTP
import Server
import Stores
import Sync
import TestKit
import Testing

/// Times requests through HTTP; prints, and judges nothing.
/// Run: `UPDRAFT_MEASURE=1 swift test -c release --filter ServerMeasure`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil), .serialized)
struct ServerMeasure {
  /// Seconds of CPU that this process has used.
  private static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// A page of 20 from the cache, asked for by `wrk`, which must be installed.
  @Test func cachedPages() throws {
    let server = try TestServer(time: RealTime()) { $0.world.dimension = 64 }
    let service = try server.key(.service)
    try server.publish(
      (1...2_000).map { (number: Int) -> String in
        let names = #""item_id":"i\#(number)","author_id":"a\#(number % 50)""#
        return #"{\#(names),"title":"Item \#(number)","tags":["t\#(number % 9)"]}"#
      }, as: service)
    _ = try server.send(
      "POST", "/api/v1/events", as: service, #"{"user_id":"ann","item_id":"i1","event":"click"}"#)
    let token = try server.tokens.issue(user: "ann", now: server.time.now)
    let page = try server.send("GET", "/v1/feed", as: .bearer(token))
    #expect(page.items.count == 20)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/wrk")
    process.arguments = [
      "-t1", "-c32", "-d5", "-H", "Authorization: Bearer \(token)", server.base + "/v1/feed",
    ]
    let output = Pipe()
    process.standardOutput = output
    let (cpu, before) = (Self.cpuSeconds(), server.server.requests)
    try process.run()
    process.waitUntilExit()
    let count = server.server.requests - before
    let each = (Self.cpuSeconds() - cpu) / Double(max(1, count)) * 1e6
    print(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self))
    print("cached page: \(page.body.count) bytes, \(count) requests, \(each) us of CPU each")
  }

  /// Batches of 1,000 events into a log on the disk, from as many connections.
  @Test(arguments: [1, 2, 4]) func durableEvents(connections: Int) throws {
    let folder = TemporaryFolder()
    let directory = try DataDirectory(folder.path, access: .write)
    let log = try SQLiteLog(directory)
    let server = try TestServer(log: log, time: RealTime()) { $0.world.dimension = 64 }
    let service = try server.key(.service)
    let batches = 300
    let bodies = (0..<8).map { part in
      let rows = (0..<1_000).map { row in
        #"{"user_id":"user-\#((row * 7 + part) % 5_000)","item_id":"item-\#(row * 13 % 9_000)","#
          + #""event":"click","duration_sec":1.5,"timestamp":\#(1_700_000_000_000 + row)}"#
      }
      return Array(("[" + rows.joined(separator: ",") + "]").utf8)
    }
    let start = DispatchTime.now().uptimeNanoseconds
    let cpu = Self.cpuSeconds()
    let (base, headers) = (server.base, service.headers)
    let threads = (0..<connections).map { number in
      Thread {
        let client = HTTPClient(base: base)
        for batch in 0..<batches / connections {
          let body = bodies[(batch + number) % bodies.count]
          let answer = try? client.send("POST", "/api/v1/events", headers: headers, body: body)
          if answer?.status != 202 { print(answer?.text ?? "no answer") }
        }
      }
    }
    for thread in threads { thread.join() }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let events = Double(batches / connections * connections * 1_000)
    print(
      "\(connections) connections: \(Int(events / seconds)) durable events/s, "
        + "\((Self.cpuSeconds() - cpu) / events * 1e6) us of CPU an event with the client")
  }
}
