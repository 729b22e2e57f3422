import CLI
import Testing

/// Every command below one, with the words that lead to it.
private func paths(_ command: Command, _ path: [String] = []) -> [[String]] {
  [path] + command.subcommands.flatMap { paths($0, path + [$0.name]) }
}

@Suite struct HelpTests {
  @Test(arguments: paths(Updraft.root))
  func teachesEveryCommand(_ path: [String]) throws {
    let ending = try ChildProcess(Program.path, path + ["--help"], environment: [:]).wait()
    #expect(ending.code == 0)
    #expect(ending.error == "")
    for part in ["Usage", "Examples", "updraft"] { #expect(ending.output.contains(part)) }
    let isGroup = ending.output.contains("\nCommands\n")
    #expect(isGroup != ending.output.contains("\nExit codes\n"))
    for line in ending.output.split(separator: "\n") where !line.hasPrefix("  ") {
      #expect(line.count <= 100, "\(line)")
    }
    #expect(!ending.output.contains("\u{1B}"), "no colour where no person looks")
    let other = try ChildProcess(Program.path, ["help"] + path, environment: [:]).wait()
    #expect(other.output == ending.output)
  }

  @Test func showsTheTreeWithoutAnyArgument() throws {
    let ending = try Program.run()
    #expect(ending.code == 0)
    for command in Updraft.root.subcommands { #expect(ending.output.contains(command.name)) }
  }

  @Test(arguments: ["--version", "version"])
  func tellsItsVersion(_ word: String) throws {
    let ending = try Program.run(word)
    #expect(ending.code == 0)
    #expect(ending.output.hasPrefix("updraft "))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completesInShells(_ shell: String) throws {
    let ending = try Program.run("completion", shell)
    #expect(ending.code == 0)
    #expect(ending.output.contains("config"))
    #expect(ending.output.contains(shell == "fish" ? "-l origin" : "--origin"))
  }
}
