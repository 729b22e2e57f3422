import CLI
import Testing

@Suite struct UsageTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    let words: [String]
    let says: String
    var testDescription: String { words.joined(separator: " ") }
  }

  @Test(arguments: [
    Wrong(words: ["confg"], says: "did you mean config?"),
    Wrong(words: ["serve"], says: "--data DIR is missing"),
    Wrong(
      words: ["keys", "create", "--data", "x", "--scope", "servce"], says: "did you mean service?"),
    Wrong(words: ["log", "replay-dead"], says: "name a folder with --data"),
    Wrong(words: ["log", "replay-dead", "--server", "x"], says: "UPDRAFT_KEY"),
    Wrong(words: ["config", "shwo"], says: "did you mean show?"),
    Wrong(words: ["config"], says: "needs a command: one of check, show, default"),
    Wrong(words: ["config", "show", "--orgin"], says: "did you mean --origin?"),
    Wrong(words: ["config", "show", "--config"], says: "--config needs a value"),
    Wrong(words: ["config", "show", "--config", "--origin"], says: "--config needs a value"),
    Wrong(words: ["config", "show", "--origin=yes"], says: "--origin takes no value"),
    Wrong(words: ["config", "show", "--origin", "--origin"], says: "stands twice"),
    Wrong(words: ["config", "show", "--set", "listen"], says: "expected KEY=VALUE"),
    Wrong(words: ["config", "show", "more"], says: "'more' is too much"),
    Wrong(words: ["completion"], says: "SHELL is missing"),
    Wrong(words: ["completion", "tcsh"], says: "not one of bash, zsh, fish"),
    Wrong(words: ["-x"], says: "unknown option -x"),
  ])
  func refusesWithExitCodeTwo(_ wrong: Wrong) throws {
    let ending = try Program.run(wrong.words)
    #expect(ending.code == 2)
    #expect(ending.output == "")
    #expect(ending.error.contains(wrong.says), "\(ending.error)")
  }

  @Test func tellsProgramsWhatIsWrong() throws {
    let ending = try Program.run("config", "chek", "--json")
    #expect(ending.code == 2)
    #expect(ending.error.hasPrefix(#"{"error":{"code":"usage","message":"#))
  }
}
