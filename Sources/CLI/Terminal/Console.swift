internal import Feed
internal import JSON
internal import Sync

/// Where a command says what it has to say: results to standard output, everything else to standard
/// error.
package final class Console: Sendable {
  /// Whether the results are for programs.
  package let isJSON: Bool
  /// How results stand out.
  let style: Style
  /// How notes stand out.
  let noteStyle: Style
  /// Whether a person watches the notes, so that a line may be written over.
  let isWatched: Bool
  private let lock = Lock()

  init(json: Bool, environment: [String: String]) {
    isJSON = json
    let mayColor =
      (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb" && !json
    style = Style(isOn: mayColor && Descriptor.output.isTerminal)
    noteStyle = Style(isOn: mayColor && Descriptor.error.isTerminal)
    isWatched = Descriptor.error.isTerminal && environment["TERM"] != "dumb"
  }

  /// A line of results.
  func line(_ text: String) { lock.withLock { Descriptor.output.write(text + "\n") } }

  /// Results that end with a line end already.
  func text(_ text: String) { lock.withLock { Descriptor.output.write(text) } }

  /// A result for programs: one object on one line.
  func json(_ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.object { body(&$0) }
    let text = writer.text
    line(text)
  }

  /// The result in the form that was asked for.
  func result(_ text: @autoclosure () -> String, json body: (inout JSONWriter) -> Void) {
    if isJSON { json(body) } else { line(text()) }
  }

  /// A line beside the results.
  func note(_ text: String) { lock.withLock { Descriptor.error.write(text + "\n") } }

  /// A line beside the results that the next one is written over; only where a person watches.
  func status(_ text: String) {
    guard isWatched else { return }
    lock.withLock { Descriptor.error.write("\r\u{1B}[2K" + text) }
  }

  /// Why the command ends.
  func failure(_ failure: Failure) {
    guard isJSON else {
      return note(noteStyle.red("updraft: ") + failure.message)
    }
    var writer = JSONWriter()
    writer.object { json in
      json.object("error") { json in
        json.member("code", failure.code)
        json.member("message", failure.message)
      }
    }
    note(writer.text)
  }
}
