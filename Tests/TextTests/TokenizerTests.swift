import TestKit
import Testing
import Text

@Suite struct TokenizerTests {
  private static func tokenizer(_ lines: String) throws -> Tokenizer {
    Tokenizer(try WordPieces(Array(lines.utf8), path: "vocab.txt"))
  }

  private static func golden() throws -> Tokenizer {
    try tokenizer(TokenGolden.pieces.split(separator: " ").joined(separator: "\n") + "\n")
  }

  @Test(arguments: TokenGolden.rows.indices)
  func tokensAreThoseOfTheReference(row: Int) throws {
    let (text, tokens) = TokenGolden.rows[row]
    #expect(try Self.golden().tokens(of: text, max: 512) == tokens, "\(text.debugDescription)")
  }

  @Test func aWordOfMoreThanAHundredLettersIsUnknown() throws {
    let tokenizer = try Self.golden()
    let unknown = tokenizer.pieces.unknown
    for letter in ["x", "\u{e9}", "e\u{301}"] {
      let longest = tokenizer.tokens(of: String(repeating: letter, count: 100), max: 512)
      #expect(longest.count == 102)
      #expect(!longest.contains(unknown))
      let longer = tokenizer.tokens(of: String(repeating: letter, count: 101) + " a", max: 512)
      #expect(longer.count == 4 && longer[1] == unknown)
    }
  }

  @Test func aLongTextEndsWithItsLastFrame() throws {
    let tokenizer = try Self.golden()
    let text = String(repeating: "night trains ", count: 50)
    let whole = tokenizer.tokens(of: text, max: 512)
    #expect(whole.count == 152)
    for max in [2, 3, 4, 5, 100, 151, 152, 153] {
      let tokens = tokenizer.tokens(of: text, max: max)
      #expect(tokens.count == min(max, 152))
      #expect(tokens == whole.prefix(tokens.count - 1) + [tokenizer.pieces.end])
    }
  }

  @Test func aVocabularyNeedsItsControlTokens() throws {
    for lack in ["[UNK]", "[CLS]", "[SEP]"] {
      let lines = ["[UNK]", "[CLS]", "[SEP]"].filter { $0 != lack }.joined(separator: "\n")
      let error = #expect(throws: TextModelError.self) { try Self.tokenizer(lines) }
      #expect(error?.code == .vocabulary)
    }
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    let plain = try Self.tokenizer("[UNK]\n[CLS]\n[SEP]\nnight\n")
    let other = try Self.tokenizer("[UNK]\r\n[CLS]\r\n[SEP]\r\nnight\r\n")
    #expect(plain.pieces.count == 4)
    #expect(other.tokens(of: "night", max: 8) == plain.tokens(of: "night", max: 8))
    #expect(plain.tokens(of: "night", max: 8) == [1, 3, 2])
  }

  @Test func caseAndAccentsMayStay() throws {
    let pieces = try WordPieces(
      Array("[UNK]\n[CLS]\n[SEP]\nCaf\u{e9}\ncafe\n\u{6771}\u{4eac}\n".utf8), path: "vocab.txt")
    let plain = Tokenizer(
      pieces, lowercases: false, stripsAccents: false, splitsIdeographs: false)
    #expect(plain.tokens(of: "Caf\u{e9} cafe \u{6771}\u{4eac}", max: 8) == [1, 3, 4, 5, 2])
    #expect(Tokenizer(pieces).tokens(of: "Caf\u{e9} \u{6771}\u{4eac}", max: 8) == [1, 4, 0, 0, 2])
  }

  @Test func anyTextIsReadWithinItsBound() throws {
    let tokenizer = try Self.golden()
    var chance = SeededGenerator.announced("anyTextIsReadWithinItsBound")
    for _ in 0..<300 {
      var text = ""
      for _ in 0..<chance.below(60) {
        let wide = chance.chance(0.5) ? 0x11_0000 : 0x3100
        if let scalar = Unicode.Scalar(UInt32(chance.below(wide))) {
          text.unicodeScalars.append(scalar)
        }
      }
      let tokens = tokenizer.tokens(of: text, max: 16)
      #expect(tokens.count >= 2 && tokens.count <= 16)
      #expect(tokens.first == tokenizer.pieces.start && tokens.last == tokenizer.pieces.end)
      #expect(tokens.allSatisfy { $0 >= 0 && Int($0) < tokenizer.pieces.count })
    }
  }
}
