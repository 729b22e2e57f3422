import Foundation
import JSON
import Testing

/// Times reading and writing beside Foundation; prints, and judges nothing.
/// Run: `UPDRAFT_MEASURE=1 swift test -c release --filter SpeedMeasure`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["UPDRAFT_MEASURE"] != nil), .serialized)
struct SpeedMeasure {
  private static let keys = JSONKeys([
    "event_id", "user_id", "item_id", "event", "duration_sec", "timestamp",
  ])
  private static let kinds = JSONKeys(["impression", "click", "like", "share", "comment", "save"])
  private static let event = Array(
    """
    {"event_id":"018f6b1e-93c4-7b1a-a6a3-8a1f0c2d4e5f","user_id":"user-000001234567",\
    "item_id":"item-000000987654","event":"click","duration_sec":1.5,"timestamp":1700000000000}
    """.utf8)

  struct Event: Codable {
    var event_id = ""
    var user_id = ""
    var item_id = ""
    var event = ""
    var duration_sec = 0.0
    var timestamp: Int64 = 0
  }

  struct Item: Codable {
    var post_id: String
    var author_id: String
    var score: Double
    var rank: Int
    var content_type: String
    var reason: String
    var created_at: Int64
  }

  static func decode(_ value: JSONValue) throws(JSONError) -> Event {
    var event = Event()
    var kind = 0
    try value.forEachMember(of: keys) { position, value throws(JSONError) in
      switch position {
      case 0: event.event_id = try value.identifier()
      case 1: event.user_id = try value.identifier()
      case 2: event.item_id = try value.identifier()
      case 3: kind = try value.choice(of: kinds)
      case 4: event.duration_sec = try value.double(in: 0...86_400)
      default: event.timestamp = try value.int64()
      }
    }
    event.event = kinds.names[kind]
    return event
  }

  private func time(_ name: String, _ count: Int, _ body: () throws -> Int) rethrows {
    var best = Duration.seconds(1000)
    var sum = 0
    for _ in 0..<50 {
      let start = ContinuousClock.now
      for _ in 0..<count { sum &+= try body() }
      best = min(best, ContinuousClock.now - start)
    }
    let nanoseconds = Double(best.components.attoseconds) / 1e9 / Double(count)
    print("\(name): \((nanoseconds / 10).rounded() / 100) us (check \(sum))")
  }

  @Test func events() throws {
    let parser = JSONParser()
    try time("parse one event", 5_000) { try parser.parse(Self.event).count }
    try time("parse, check and type one event", 5_000) {
      Int(try Self.decode(try parser.parse(Self.event)).timestamp & 1)
    }
    var lines: [UInt8] = []
    for _ in 0..<1000 { lines += Self.event + [0x0A] }
    try time("1,000 lines, checked and typed", 10) {
      var sum = 0
      try parser.parseLines(lines.span) { line throws(JSONError) in
        sum &+= Int(try Self.decode(try line.value.get()).timestamp & 1)
      }
      return sum
    }
    var list: [UInt8] = [0x5B] + Self.event
    for _ in 1..<1000 { list += [0x2C] + Self.event }
    list.append(0x5D)
    try time("an array of 1,000, checked and typed", 10) {
      var sum = 0
      for element in try parser.parse(list).elements() {
        sum &+= Int(try Self.decode(element).timestamp & 1)
      }
      return sum
    }
    let decoder = JSONDecoder()
    let data = Data(Self.event)
    try time("JSONDecoder, one event", 1_000) {
      Int(try decoder.decode(Event.self, from: data).timestamp & 1)
    }
  }

  @Test func pages() throws {
    let items = (0..<20).map { index in
      Item(
        post_id: "post-\(1_000_000 + index * 7)", author_id: "author-\(index * 977)",
        score: 1 / Double(index + 3), rank: index + 1, content_type: "article",
        reason: "followed_author", created_at: 1_700_000_000_000 + Int64(index))
    }
    var json = JSONWriter(capacity: 4096)
    time("write a page of 20", 1_000) {
      json.reset()
      json.beginObject()
      json.key("posts")
      json.beginArray()
      for item in items {
        json.beginObject()
        json.member("post_id", item.post_id)
        json.member("author_id", item.author_id)
        json.member("score", item.score)
        json.member("rank", item.rank)
        json.member("content_type", item.content_type)
        json.member("reason", item.reason)
        json.member("created_at", item.created_at)
        json.endObject()
      }
      json.endArray()
      json.endObject()
      return json.count
    }
    let encoder = JSONEncoder()
    try time("JSONEncoder, the same page", 200) { try encoder.encode(["posts": items]).count }
  }
}
