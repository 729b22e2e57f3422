import JSON
import Testing

@Suite struct StringTests {
  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
    (#""\ud83d\ude00""#, "😀"), (#""\u0000""#, "\0"), ("\"\"", ""), ("\"😀é\"", "😀é"),
  ])
  func readsEscapes(_ text: String, _ expected: String) throws {
    let value = try JSONParser().parse(text)
    #expect(try value.string() == expected)
    #expect(value.equals(expected))
    #expect(!value.equals(expected + "x"))
    let bytes = try value.withUTF8 { span in span.indices.map { span[$0] } }
    #expect(bytes == Array(expected.utf8))
    #expect(try value.utf8Count() == bytes.count)
  }

  @Test(arguments: [
    #""""#, #""a\u0000b""#, #""a\nb""#, #""\u001f""#, #""\u007f""#, #""\u0080""#, #""\u009f""#,
    #""aaaaaaaaa""#,
  ])
  func refusesAsIdentifier(_ text: String) throws {
    let value = try JSONParser().parse(text)
    #expect(throws: JSONError.self) { try value.identifier(maxBytes: 8) }
  }

  @Test(arguments: ["a", "é", "\u{A0}", "u:1/2", "😀😀"])
  func takesAsIdentifier(_ text: String) throws {
    var json = JSONWriter()
    json.value(text)
    #expect(try JSONParser().parse(json.bytes).identifier(maxBytes: 8) == text)
  }

  @Test func writesEveryScalarBelowTheSurrogatesWell() throws {
    // Each scalar stands at every place inside a word of eight bytes.
    let parser = JSONParser()
    for scalar in (UInt32(0)...0x2100).compactMap(Unicode.Scalar.init) {
      for place in [0, 3, 7] {
        let text = String(repeating: "x", count: place) + String(scalar) + "yyyyyyyyy"
        var json = JSONWriter()
        json.value(text)
        #expect(try parser.parse(json.bytes).string() == text)
        let written = json.bytes.dropFirst().dropLast()
        let raw =
          scalar.value < 0x20 || scalar == "<" || scalar == "\u{2028}"
          || scalar == "\u{2029}"
        #expect(written.contains(0x5C) == (raw || scalar == "\"" || scalar == "\\"))
        #expect(!written.contains { $0 < 0x20 || $0 == 0x3C })
      }
    }
  }

  @Test func readsBackWhatItWrites() throws {
    var chance = Chance.seeded("round trip")
    let parser = JSONParser()
    for _ in 0..<500 {
      let sample = Sample.random(&chance)
      var json = JSONWriter(capacity: 1)
      sample.write(&json)
      let value = try parser.parse(json.bytes)
      #expect(try sample.matches(value))
      var again = JSONWriter()
      try again.value(value)
      #expect(again.bytes == json.bytes)
    }
  }

  @Test func choosesAmongNames() throws {
    let kinds = JSONKeys(["like", "share"])
    let value = try JSONParser().parse(#"["share","x"]"#)
    let elements = Array(try value.elements())
    #expect(try elements[0].choice(of: kinds) == 1)
    let error = #expect(throws: JSONError.self) { try elements[1].choice(of: kinds) }
    #expect(error?.description == "/1: \"x\" is not one of like, share")
  }

  @Test func refusesUnknownNames() throws {
    let value = try JSONParser().parse(#"{"b":1,"a":2,"c":3}"#)
    let keys = JSONKeys(["a", "b"])
    var seen: [Int] = []
    let error = #expect(throws: JSONError.self) {
      try value.forEachMember(of: keys) { position, _ in seen.append(position) }
    }
    #expect(error?.code == .unknownKey && error?.pointer == "/c")
    #expect(seen == [1, 0])
    seen = []
    try value.forEachMember(of: keys, unknown: .ignore) { position, _ in seen.append(position) }
    #expect(seen == [1, 0])
  }
}
