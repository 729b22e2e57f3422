import Index
import Testing

@Suite struct HashedTextEncoderTests {
  private let encoder = HashedTextEncoder(dimension: 64, seed: 1)

  private func encode(
    _ title: String, tags: [String] = [], category: String? = nil,
    with encoder: HashedTextEncoder? = nil
  ) -> [Float] {
    var vector: [Float] = [1, 2, 3]
    (encoder ?? self.encoder).encode(title: title, tags: tags, category: category, into: &vector)
    return vector
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test func lengthIsOneOrZero() {
    for text in ["a", "A quick brown fox", "日本語", "1 2 3", String(repeating: "x y ", count: 9_000)]
    {
      let vector = encode(text)
      #expect(vector.count == 64)
      #expect(abs(cosine(vector, vector) - 1) < 1e-5, "\(text.prefix(20))")
    }
    for text in ["", "  \n\t", "?! --"] {
      #expect(encode(text, tags: ["", "."], category: "") == Array(repeating: 0, count: 64))
    }
  }

  /// Golden numbers from a second implementation of the same definition, in Python integers.
  @Test func theHashIsTheSameEverywhere() {
    let vector = encode("Night trains, night", with: HashedTextEncoder(dimension: 8, seed: 7))
    #expect(vector == [0, 0.5, 0, -0.5, 0, Float(2.0.squareRoot() / 2), 0, 0])
  }

  @Test func caseAndPunctuationDoNotMatter() {
    #expect(encode("Night Trains, of EUROPE!") == encode("night trains of europe"))
    #expect(encode("a", tags: ["Indie Rock"]) == encode("a", tags: ["indie-rock"]))
  }

  @Test func orderTagsCategoryAndSeedDo() {
    let plain = encode("night trains of europe")
    #expect(plain != encode("europe of trains night"))
    #expect(plain != encode("night trains of europe", tags: ["rail"]))
    #expect(
      encode("night", tags: ["rail"]) != encode("night", category: "rail"))
    #expect(
      plain != encode("night trains of europe", with: HashedTextEncoder(dimension: 64, seed: 2)))
  }

  @Test func sharedWordsAndTagsBringTextsTogether() {
    let wide = HashedTextEncoder(dimension: 512, seed: 1)
    func similarity(_ a: [Float], _ b: [Float]) -> Float { cosine(a, b) }
    let train = encode("night trains of europe", tags: ["rail"], category: "travel", with: wide)
    let near = encode("the night trains", tags: ["rail"], category: "travel", with: wide)
    let sameTags = encode("cheap tickets", tags: ["rail"], category: "travel", with: wide)
    let far = encode("bread with three flours", tags: ["baking"], category: "food", with: wide)
    #expect(similarity(train, near) > similarity(train, sameTags))
    #expect(similarity(train, sameTags) > 0.3)
    #expect(abs(similarity(train, far)) < 0.25)
  }

  @Test func hugeTextCostsNoMoreThanItsFirstPart() {
    let head = String(repeating: "word ", count: 819) + "e"  // 4,096 bytes
    #expect(head.utf8.count == 4_096)
    #expect(encode(head) == encode(head + "nds elsewhere"))
    let tags = Array(repeating: "tag", count: 1_024)  // 4 bytes each with the one for the tag
    #expect(encode("a", tags: tags) == encode("a", tags: tags + ["other"]))
    let empty = Array(repeating: "", count: 4_096)
    #expect(encode("a", tags: empty + ["other"]) == encode("a"))
  }
}
