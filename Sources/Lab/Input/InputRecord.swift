/// One record of an input: a row of a table, or a line of JSON.
struct InputRecord {
  /// What a column or member holds.
  enum Value: Equatable {
    case text(String)
    case texts([String])
    case numbers([Float])
  }

  /// The line on which it begins, from 1.
  var line: Int
  /// Why it can't be read; then there are no values.
  var fault: String?
  /// The values by name.
  var values: [String: Value]
  /// What stood there.
  var original: String

  /// The text of the first column of `names` that is there and not empty.
  func text(_ names: [String]) -> String? {
    for name in names {
      switch values[name] {
      case .text(let text) where !text.isEmpty: return text
      case .texts(let texts) where !texts.isEmpty: return texts.joined(separator: " ")
      default: continue
      }
    }
    return nil
  }
}

/// Gives records one after another.
protocol RecordReader {
  /// The next record; nil at the end.
  mutating func next() throws(LabError) -> InputRecord?

  /// Bytes of the file on the disk that were read so far, about.
  var position: Int { get }
}

/// How the bytes of a table are to be read.
public enum InputEncoding: String, CaseIterable, Sendable {
  case utf8 = "utf-8"
  case latin1

  func text(_ bytes: some Collection<UInt8>) -> String {
    switch self {
    case .utf8: return String(decoding: bytes, as: UTF8.self)
    case .latin1:
      // Latin-1 is the first 256 scalars of Unicode.
      var scalars = String.UnicodeScalarView()
      for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
      return String(scalars)
    }
  }
}
