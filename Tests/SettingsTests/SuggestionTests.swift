import Settings
import Testing

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("lisen", "listen"), ("lsiten", "listen"), ("LISTEN", "listen"), ("thread", "threads"),
    ("treads", "threads"), ("limit_defualt", "limit_default"),
  ])
  func findsTheNearest(_ name: String, _ expected: String) {
    let names = ["listen", "threads", "limit_default", "limit_max"]
    #expect(Suggestion.closest(to: name, in: names) == expected)
  }

  @Test(arguments: ["", "zzz", "listening_to_music", "abcdefgh"])
  func saysNothingWhenNoneIsNear(_ name: String) {
    #expect(Suggestion.closest(to: name, in: ["listen", "threads"]) == nil)
  }

  /// A right section does not vouch for a wrong key.
  @Test(arguments: [
    ("server.prot", nil), ("server.lisen", "server.listen"), ("sever.listen", "server.listen"),
    ("server.drian", "server.drain"), ("listen", nil), ("x.listen", nil),
    ("server.listen.port", nil),
  ])
  func findsPathsPartByPart(_ path: String, _ expected: String?) {
    let paths = ["server.listen", "server.drain", "world.topics"]
    #expect(Suggestion.closest(toPath: path, in: paths) == expected)
  }

  @Test func swapsCostOne() {
    #expect(Suggestion.closest(to: "ab", in: ["ba", "b"]) == "ba")
    #expect(Suggestion.closest(to: "abc", in: ["bca"]) == nil)
  }
}
