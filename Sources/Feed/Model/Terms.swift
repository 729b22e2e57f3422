/// A small vocabulary (topics, categories, regions…): a text is a number of two bytes.
///
/// Number 0 is the empty text. Once 65,535 texts are known, every new one is 0: the bound of the
/// vocabulary, counted in `overflowed`.
struct Terms {
  private var texts: [String] = [""]
  private var numbers: [String: UInt16] = ["": 0]
  private(set) var overflowed = 0

  /// How many texts there are, the empty one included.
  var count: Int { texts.count }

  /// The number of a text that is known.
  func number(_ text: String) -> UInt16? { numbers[text] }

  /// The number of a text, which is learned when it is new.
  mutating func intern(_ text: String) -> UInt16 {
    if let number = numbers[text] { return number }
    guard let number = UInt16(exactly: texts.count) else {
      overflowed += 1
      return 0
    }
    texts.append(text)
    numbers[text] = number
    return number
  }

  /// The text of a number; empty when there is none.
  func text(_ number: UInt16) -> String {
    Int(number) < texts.count ? texts[Int(number)] : ""
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt64(texts.count))
    for text in texts { try writer.write { $0.put(text: text) } }
    try writer.put(UInt64(overflowed))
  }

  init() {}

  init(_ reader: inout SnapshotReader) throws(SnapshotError) {
    let count = try reader.length(stride: 2)
    texts = []
    numbers = [:]
    for index in 0..<count {
      let text = try reader.text()
      texts.append(text)
      numbers[text] = UInt16(clamping: index)
    }
    guard texts.first == "", count <= 65_536 else { throw SnapshotReader.ended }
    overflowed = Int(clamping: try reader.number(UInt64.self))
  }
}

extension SnapshotReader {
  /// A text behind its length in two bytes.
  mutating func text() throws(SnapshotError) -> String { try textView().text }

  /// The bytes of a text behind its length in two bytes.
  mutating func textView() throws(SnapshotError) -> RecordView {
    try bytes(Int(try number(UInt16.self)))
  }
}
