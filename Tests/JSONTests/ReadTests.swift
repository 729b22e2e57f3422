import JSON
import Testing

@Suite struct ReadTests {
  private static let keys = JSONKeys([
    "event_id", "user_id", "item_id", "event", "duration_sec", "timestamp",
  ])
  private static let event = """
    {"event_id":"e-1","user_id":"u\\u00e9","item_id":"i/9","event":"click","duration_sec":1.5,\
    "timestamp":1700000000000}
    """

  @Test func readsAnEvent() throws {
    let parser = JSONParser()
    let value = try parser.parse(Self.event)
    #expect(try value.require("user_id").identifier() == "ué")
    #expect(try value.require("duration_sec").double() == 1.5)
    #expect(try value.require("timestamp").int64() == 1_700_000_000_000)
    var seen: [Int] = []
    try value.forEachMember(of: Self.keys) { position, _ in seen.append(position) }
    #expect(seen == [0, 1, 2, 3, 4, 5])
    let kinds = JSONKeys(["like", "click"])
    #expect(try value.require("event").choice(of: kinds) == 1)
    #expect(value["none"] == nil)
  }

  @Test func errorsNameThePlace() throws {
    let parser = JSONParser()
    let value = try parser.parse(#"{"posts":[{"title":"a"},{"a/b~c":[1,true]}]}"#)
    let posts = try value.require("posts")
    let inner = try #require(Array(try posts.elements()).last?["a/b~c"])
    #expect(inner.pointer == "/posts/1/a~1b~0c")
    let error = try #require(throws: JSONError.self) { try inner.floats(count: 1...2) }
    #expect(error.pointer == "/posts/1/a~1b~0c/1")
    #expect(error.code == .wrongType)
    let missing = try #require(throws: JSONError.self) { try value.require("cursor") }
    #expect(missing.code == .missing && missing.pointer == "/cursor")
  }

  @Test func readsLinesByThemselves() throws {
    let text = Array("{\"a\":1}\r\n\n{\"a\":\n  {\"a\":3}  ".utf8)
    var good: [Int64] = []
    var bad: [Int] = []
    try JSONParser().parseLines(text.span) { line throws(JSONError) in
      switch line.value {
      case .success(let value): good.append(try value.require("a").int64())
      case .failure: bad.append(line.number)
      }
    }
    #expect(good == [1, 3])
    #expect(bad == [3])
  }
}

@Suite struct WriteTests {
  @Test func writesAPage() throws {
    var json = JSONWriter()
    json.object { json in
      json.array("items") { json in
        json.object { json in
          json.member("id", "a\"\\\n\u{1}</script>\u{2028}é 12345678")
          json.member("score", 0.1)
          json.member("bad", Double.nan)
          json.member("rank", -3)
        }
        json.value(true)
        json.null()
      }
      json.member("big", UInt64.max)
    }
    #expect(
      json.text == #"{"items":[{"id":"a\"\\\n\u0001\u003c/script>\u2028é 12345678","#
        + #""score":0.1,"bad":null,"rank":-3},true,null],"big":18446744073709551615}"#)
  }
}
