import JSON
import Testing

@Suite struct NumberTests {
  @Test(arguments: [
    ("0", 0), ("-0", 0), ("3.0", 3), ("1e3", 1000), ("-9223372036854775808", Int64.min),
    ("9223372036854775807", Int64.max), ("9007199254740992.0", 9_007_199_254_740_992),
  ])
  func readsWholeNumbers(_ text: String, _ expected: Int64) throws {
    #expect(try JSONParser().parse(text).int64() == expected)
  }

  @Test(arguments: [
    "1.5", "1e300", "-1e300", "9223372036854775808", "18446744073709551615", "1e19", "5e-324",
    "9007199254740994.0",
  ])
  func refusesWhatIsNoWholeNumber(_ text: String) {
    let error = #expect(throws: JSONError.self) {
      try JSONParser().parse("[\(text)]").elements()
        .forEach { _ = try $0.int64() }
    }
    #expect(error?.code == .outOfRange)
    #expect(error?.pointer == "/0")
  }

  @Test func checksRanges() throws {
    let parser = JSONParser()
    #expect(try parser.parse("50").int(in: 1...50) == 50)
    #expect(throws: JSONError.self) { try parser.parse("51").int(in: 1...50) }
    #expect(throws: JSONError.self) { try parser.parse("-0.5").double(in: 0...1) }
    #expect(throws: JSONError.self) { try parser.parse("\"1\"").double() }
    #expect(throws: JSONError.self) { try parser.parse("true").int64() }
  }

  @Test func readsVectors() throws {
    let parser = JSONParser()
    #expect(try parser.parse("[1,0.5,-2e1]").floats(count: 3...3) == [1, 0.5, -20])
    for (text, pointer) in [("[1,1e300]", "/1"), ("[1,null]", "/1"), ("[1,2,3]", ""), ("{}", "")] {
      let error = #expect(throws: JSONError.self) { try parser.parse(text).floats(count: 2...2) }
      #expect(error?.pointer == pointer)
    }
  }

  @Test(
    arguments: [
      (0.1, "0.1"), (-0.0, "-0"), (1.2345678901234568e20, "1.2345678901234568e+20"),
      (9_007_199_254_740_992, "9007199254740992"), (2.5e-300, "2.5e-300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (1.5, "1.5"), (100, "100"), (0.25, "0.25"),
      (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ] as [(Double, String)])
  func writesNumbers(_ value: Double, _ expected: String) {
    var json = JSONWriter()
    json.value(value)
    #expect(json.text == expected)
  }

  @Test func writesWholeNumbers() {
    var json = JSONWriter()
    json.array { json in
      json.value(Int64.min)
      json.value(Int64.max)
      json.value(0)
      json.value(UInt64.max)
      json.value(Float(0.1))
    }
    #expect(
      json.text == "[-9223372036854775808,9223372036854775807,0,18446744073709551615,0.1]")
  }
}
