import Feed
import TestKit
import Testing

/// What the log keeps of the online part: the codec of served pages.
@Suite struct OnlineRecordTests {
  private let start = Timestamp(milliseconds: 1_767_225_600_000)

  private func page() -> PageServed {
    var stream = OnlineStream(SeededGenerator(seed: 3))
    return stream.page(["a", "b", "c"], keys: [1, .max, 77])
  }

  private func encode(_ page: PageServed) -> [UInt8] {
    var bytes: [UInt8] = []
    Event.pageServed(page).encode(received: start, into: &bytes)
    return bytes
  }

  private func decode(_ bytes: [UInt8]) throws -> PageServed? {
    let event = try RecordView.over(bytes, 0..<bytes.count) { record throws(DecodeError) in
      try Event.decode(record)
    }
    guard case .pageServed(let page) = event else { return nil }
    return page
  }

  @Test func aPageReadsBackAsItWasWritten() throws {
    var page = page()
    #expect(try decode(encode(page)) == page)
    page.online = OnlineRecord(version: 9, keys: [], corrections: [0, -1.5, 2])
    #expect(try decode(encode(page)) == page)
    page.online = nil
    #expect(try decode(encode(page)) == page)
    page.entries = []
    page.online = OnlineRecord(version: 9, keys: [4], corrections: [])
    #expect(try decode(encode(page)) == page)
  }

  @Test func correctionsAreAsManyAsEntries() throws {
    var page = page()
    page.online = OnlineRecord(version: 2, keys: [4], corrections: [1])
    #expect(try decode(encode(page))?.online?.corrections == [1, 0, 0])
    page.online = OnlineRecord(version: 2, keys: [4], corrections: [1, 2, 3, 4])
    #expect(try decode(encode(page))?.online?.corrections == [1, 2, 3])
    page.online = OnlineRecord(
      version: 2, keys: Array(repeating: 4, count: 300), corrections: [1, 2, 3])
    #expect(try decode(encode(page))?.online?.keys.count == 254)
  }

  /// A record of the first version ends behind the candidates that were not shown.
  @Test func pagesOfTheFirstVersionAreStillRead() throws {
    var page = page()
    page.online = nil
    var bytes = encode(page)
    #expect(bytes[0] == RecordFormat.version && bytes.last == 0)
    bytes.removeLast()
    bytes[0] = 1
    #expect(try decode(bytes) == page)
    bytes[0] = 2
    #expect(throws: DecodeError.truncated) { try decode(bytes) }
  }

  @Test func aRecordThatIsCutShortIsRefused() throws {
    let bytes = encode(page())
    for count in 0..<bytes.count {
      #expect(throws: DecodeError.self) { try decode(Array(bytes.prefix(count))) }
    }
  }
}
