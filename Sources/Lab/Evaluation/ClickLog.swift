/// Clicks in time order, as numbers.
package struct ClickLog {
  /// One click.
  package struct Click {
    /// Milliseconds since 1970.
    package var time: Int64
    package var session: UInt32
    package var item: UInt32
    /// Of whom it came, from where: an index of `contexts`.
    package var context: UInt32 = 0
  }

  package private(set) var clicks: [Click] = []
  /// What the numbers of sessions and items stand for.
  package private(set) var sessions: [String] = []
  package private(set) var items: [String] = []
  /// Words that describe a visit, by the clicks' numbers; the first is of those of whom nothing is
  /// known.
  package private(set) var contexts: [[String]] = [[]]
  private var contextNumbers: [[String]: UInt32] = [[]: 0]
  private var sessionNumbers: [String: UInt32] = [:]
  private var itemNumbers: [String: UInt32] = [:]

  /// No clicks.
  package init() {}

  /// Adds the newest click.
  package mutating func append(
    time: Int64, session: String, item: String, context: [String] = []
  ) {
    clicks.append(
      Click(
        time: time, session: Self.number(session, &sessionNumbers, &sessions),
        item: Self.number(item, &itemNumbers, &items),
        context: Self.number(context, &contextNumbers, &contexts)))
  }

  /// Reads a file of the Globo clicks.
  mutating func read(globo path: String) throws(LabError) {
    var reader = try CSVReader(
      try InputFile(path), delimiter: 0x2C, names: nil, encoding: .utf8)
    while let record = try reader.next() {
      guard record.fault == nil, let time = record.text(["click_timestamp"]).flatMap(Int64.init),
        let session = record.text(["session_id"]), let item = record.text(["click_article_id"])
      else {
        throw LabError(
          .format,
          "\(path):\(record.line): \(record.fault ?? "no click"): expected the columns "
            + "click_timestamp (ms), session_id and click_article_id")
      }
      append(time: time, session: session, item: item, context: Self.context(record))
    }
  }

  /// The system, the place and the kind of referrer, as far as the row has them.
  private static func context(_ record: InputRecord) -> [String] {
    var words: [String] = []
    if let system = record.text(["click_os"]) { words.append("os:" + system) }
    if let country = record.text(["click_country"]), let region = record.text(["click_region"]) {
      words.append("place:" + country + "-" + region)
    }
    if let referrer = record.text(["click_referrer_type"]) { words.append("from:" + referrer) }
    return words
  }

  private static func number<Text: Hashable>(
    _ text: Text, _ numbers: inout [Text: UInt32], _ texts: inout [Text]
  ) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(texts.count)
    numbers[text] = number
    texts.append(text)
    return number
  }
}
