import CLI
import HTTP
import TestKit
import Testing

/// Slips of the hand: the program says what it did not do, once and plainly.
@Suite struct CareTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  private func rows(_ text: String) throws -> String {
    try Disk.write(text, folder.path + "/rows.jsonl")
  }

  @Test func aMistypedFolderIsNotMade() throws {
    let item = try rows(#"{"item_id":"i","title":"One"}"# + "\n")
    let commands = [
      ["keys", "create", "--data", data, "--scope", "service"],
      ["keys", "token", "--data", data, "--user", "ada"],
      ["import", "--data", data, "--kind", "item", item],
    ]
    for words in commands {
      let ending = try Program.run(words)
      #expect(ending.code == 1)
      #expect(ending.error.contains("no such folder"), "\(ending.error)")
      #expect(TestFile.size(data) == nil, "\(words)")
    }
    for words in commands {
      let ending = try Program.run(words + ["--create"])
      #expect(ending.code == 0, "\(ending.error)")
      // Once it is there nobody has to say so.
      #expect(try Program.run(words).code == 0)
    }
  }

  @Test func aServerSaysThatItsWorldIsNew() throws {
    let first = try RunningServer(data)
    #expect(first.process.outputSoFar.contains(#"{"event":"created","data":"\#(data)"}"#))
    let taken = first.address.replacing("http://", with: "")
    let second = try Program.run("serve", "--data", folder.path + "/other", "--listen", taken)
    #expect(second.code == 1)
    #expect(second.error.ranges(of: taken).count == 1, "\(second.error)")
    #expect(second.error.hasPrefix("updraft: listen address"), "\(second.error)")
    #expect(first.stop().code == 0)
    let again = try RunningServer(data)
    #expect(!again.process.outputSoFar.contains("created"))
    #expect(again.stop().code == 0)
  }

  @Test func theProgramsNameIsSaidOnce() throws {
    for words in [["serve", "--bogus"], ["serve"], ["confg"], ["config"], ["completion"]] {
      let error = try Program.run(words).error
      let line = error.split(separator: "\n").first ?? ""
      #expect(line.hasPrefix("updraft: "), "\(line)")
      #expect(line.ranges(of: "updraft").count == 1, "\(line)")
    }
  }

  @Test func anImportTellsItsFirstRefusals() throws {
    let good = #"{"user_id":"ada","item_id":"i","event":"click","timestamp":1767225600000}"#
    let bad = (1...7).map { #"{"user_id":"ada","item_id":"i","event":"fly\#($0)"}"# }
    let file = try rows(([good] + bad).joined(separator: "\n") + "\n")
    let ending = try Program.run("import", "--data", data, "--create", "--kind", "event", file)
    #expect(ending.code == 3)
    for line in 2...6 { #expect(ending.error.contains("\(file):\(line): "), "\(ending.error)") }
    #expect(!ending.error.contains("\(file):7: "), "\(ending.error)")
    #expect(ending.error.contains("--rejects FILE"))
  }

  @Test func deadLettersCanBeGivenUp() throws {
    let world = try SmallWorld(events: 500)
    let told = try Program.run("doctor", "--data", world.path)
    // What is no event at all will never be taken.
    #expect(!told.output.contains("replay-dead"), "\(told.output)")
    #expect(told.output.contains("1 event was refused"), "\(told.output)")
    let discarded = try Program.run("log", "discard-dead", "--data", world.path)
    #expect(discarded.output == "1 letter given up\n", "\(discarded.error)")
    #expect(try Program.run("log", "dead", "--data", world.path).output == "no dead letters\n")
    #expect(try Program.run("doctor", "--data", world.path).output.contains("dead letters    none"))
  }
}
