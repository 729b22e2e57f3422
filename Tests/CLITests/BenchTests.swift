import CLI
import JSON
import TestKit
import Testing

@Suite struct BenchTests {
  @Test func tellsAFigureBesideItsGoal() throws {
    let ending = try Program.run("bench", "--quick", "--only", "fan-out", "--json")
    #expect(ending.code == 0, "\(ending.error)")
    let rows = ending.output.split(separator: "\n")
    #expect(rows.count == 2)
    let parser = JSONParser()
    for row in rows {
      let json = try parser.parse(String(row))
      #expect(try json.require("figure").string() == "fan-out")
      #expect(try json.require("ours").double() > 0)
      #expect(try !json.require("goal").string().isEmpty)
    }
  }

  @Test func everyEventThatWasAcknowledgedIsInTheLog() throws {
    // The measurement itself compares the log with the answers, and fails when it has less.
    let ending = try Program.run("bench", "--quick", "--only", "events", "--only", "visible")
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.output.contains("all in the log"))
    let line = ending.output.split(separator: "\n").first { $0.hasPrefix("202, then") }
    #expect(line?.contains("yes") == true, "\(ending.output)")
  }

  @Test func leavesOutWhatHasNoData() throws {
    let ending = try Program.run("bench", "--only", "globo")
    #expect(ending.code == 0)
    #expect(ending.error.contains("name the folder of the two days of clicks with --globo DIR"))
    let wrong = try Program.run("bench", "--only", "globo", "--globo", "/nowhere")
    #expect(wrong.code == 1)
    let unknown = try Program.run("bench", "--only", "fanout")
    #expect(unknown.code == 2)
    #expect(unknown.error.contains("did you mean fan-out?"))
  }
}
