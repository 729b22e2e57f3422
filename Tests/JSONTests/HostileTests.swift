import JSON
import Testing

@Suite struct HostileTests {
  private static let event = """
    {"event_id":"e-1","tags":["a","\\u00e9\\n"],"n":[1,-2.5e3,18446744073709551615],\
    "o":{"t":true,"f":false,"z":null},"timestamp":1700000000000}
    """

  private func code(_ bytes: [UInt8], _ parser: JSONParser = JSONParser()) -> JSONError.Code? {
    do {
      _ = try parser.parse(bytes)
      return nil
    } catch {
      return error.code
    }
  }

  private func code(_ text: String) -> JSONError.Code? { code(Array(text.utf8)) }

  @Test(arguments: [
    ("", JSONError.Code.empty), ("   \n", .empty), ("{", .syntax), ("[1,]", .syntax),
    ("{\"a\"}", .syntax), ("{'a':1}", .syntax), ("nul", .syntax), ("1 2", .syntax),
    ("[01]", .badNumber), ("[+1]", .syntax), ("[1.]", .badNumber), ("[.5]", .syntax),
    ("[1e]", .badNumber), ("[NaN]", .syntax), ("[Infinity]", .syntax), ("[1e400]", .badNumber),
    ("[-1e999]", .badNumber), ("[18446744073709551616]", .badNumber),
    ("[99999999999999999999999999]", .badNumber), ("\"abc", .badString), ("\"\\x\"", .badString),
    ("\"\\u12G4\"", .badString), ("\"\\ud800\"", .badString), ("\"a\u{1}b\"", .badString),
    ("{\"a\":1,\"a\":2}", .duplicateKey), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey),
    ("\u{FEFF}{}", .syntax), ("{} x", .syntax), ("/* c */ {}", .syntax),
  ])
  func refuses(_ text: String, _ expected: JSONError.Code) {
    #expect(code(text) == expected)
  }

  @Test(
    arguments: [
      [0x22, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x80, 0x22], [0xFF, 0xFE],
    ] as [[UInt8]])
  func refusesWrongUTF8(_ bytes: [UInt8]) {
    #expect(code(bytes) == .badUTF8)
  }

  @Test(arguments: [
    ("{\"a\":[1,2 3]}", 10), ("[1,\"\\x\"]", 7), ("[01]", 1), ("{\"a\":tru}", 5), ("[1] x", nil),
  ])
  func saysAboutWhere(_ text: String, _ offset: Int?) {
    let error = #expect(throws: JSONError.self) { try JSONParser().parse(text) }
    #expect(error?.offset == offset)
  }

  @Test func saysWhereUTF8Ends() throws {
    let bytes: [UInt8] = [0x22, 0x61, 0xC3, 0xA9, 0xC3, 0x22]
    let error = #expect(throws: JSONError.self) { try JSONParser().parse(bytes) }
    #expect(error?.offset == 4)
    let lines = Array("{}\n".utf8) + bytes
    var offsets: [Int?] = []
    try JSONParser().parseLines(lines.span) { line in
      if case .failure(let error) = line.value { offsets.append(error.offset) }
    }
    #expect(offsets == [4])
  }

  @Test func refusesDeepNesting() {
    #expect(code([UInt8](repeating: 0x5B, count: 1_000_000)) == .syntax)
    let objects = String(repeating: "{\"a\":", count: 1_000_000)
    #expect(code(objects) == .syntax)
    #expect(code(objects + "1}") == .tooDeep)
    let closed =
      [UInt8](repeating: 0x5B, count: 1_000_000) + [UInt8](repeating: 0x5D, count: 1_000_000)
    #expect(code(closed) == .tooDeep)
  }

  @Test(arguments: [1, 2, 31, 32, 33, 200])
  func depthLimitIsExact(_ depthMax: Int) {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
    }
    let parser = JSONParser(depthMax: depthMax)
    #expect(code(nested(depthMax), parser) == nil)
    #expect(code(nested(depthMax + 1), parser) == .tooDeep)
    let inner = Array("[{\"a\":".utf8) + nested(depthMax) + Array("}]".utf8)
    #expect(code(inner, parser) == .tooDeep)
  }

  @Test func limitsBytesAndValues() {
    let small = JSONParser(valuesMax: 100, bytesMax: 1000)
    let ones = [UInt8](repeating: 0x31, count: 1)
    func list(_ count: Int) -> [UInt8] {
      [0x5B] + ones + (1..<count).flatMap { _ in [0x2C] + ones } + [0x5D]
    }
    #expect(code(list(99), small) == nil)
    #expect(code(list(100), small) == .tooManyValues)
    #expect(code([UInt8](repeating: 0x20, count: 1001), small) == .tooLarge)
  }

  @Test func findsADuplicateAmongManyNames() throws {
    for count in [2, 15, 16, 17, 40, 5000] {
      var names = (0..<count).map { "\"key\($0)\":\($0)" }
      #expect(code("{" + names.joined(separator: ",") + "}") == nil)
      names.append("\"key\(count / 2)\":[]")
      let text = "{\"posts\":[0,{" + names.joined(separator: ",") + "}]}"
      let error = #expect(throws: JSONError.self) { try JSONParser().parse(text) }
      #expect(error?.code == .duplicateKey)
      #expect(error?.pointer == "/posts/1/key\(count / 2)")
    }
  }

  @Test func refusesATextCutAnywhere() {
    let bytes = Array(Self.event.utf8)
    #expect(code(bytes) == nil)
    for end in 0..<bytes.count {
      #expect(code(Array(bytes[..<end])) != nil, "cut at \(end)")
    }
  }

  @Test func neverTrapsOnMutations() throws {
    var chance = Chance.seeded("mutations")
    let original = Array(Self.event.utf8)
    let parser = JSONParser()
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = original
      for _ in 0...Int.random(in: 0..<4, using: &chance) {
        let at = Int.random(in: 0..<bytes.count, using: &chance)
        switch chance.next() % 3 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: chance.next())
        case 1: bytes.remove(at: at)
        default: bytes.insert(UInt8(truncatingIfNeeded: chance.next()), at: at)
        }
      }
      guard let value = try? parser.parse(bytes) else { continue }
      accepted += 1
      visit(value)
      var json = JSONWriter()
      try json.value(value)
      let again = try JSONParser().parse(json.bytes)
      #expect(again.kind == value.kind)
    }
    #expect(accepted > 100 && accepted < 19_900)
  }

  /// Asks every value for every type.
  private func visit(_ value: JSONValue) {
    _ = try? value.bool()
    _ = try? value.int64()
    _ = try? value.double()
    _ = try? value.identifier()
    _ = try? value.floats(count: 0...10)
    _ = value.pointer
    for element in (try? value.elements()).map(Array.init) ?? [] { visit(element) }
    for member in (try? value.members()).map(Array.init) ?? [] { visit(member.value) }
  }

  @Test func reusesMemoryAfterLargeTexts() throws {
    let parser = JSONParser()
    let long = "[\"" + String(repeating: "x", count: 3_000_000) + "\"]"
    for _ in 0..<3 {
      #expect(try parser.parse(long).count == 1)
      #expect(try parser.parse("[1,2]").count == 2)
      #expect(code([0x5B], parser) == .syntax)
      #expect(try parser.parse("{\"a\":[]}").require("a").count == 0)
    }
  }
}
