/// Reading the value of `Accept-Encoding`.
enum AcceptedEncodings {
  /// Whether gzip is named with a weight above zero.
  static func allowGzip(_ accepted: String) -> Bool {
    for coding in accepted.utf8.split(separator: UInt8(ascii: ",")) {
      let parts = coding.split(separator: UInt8(ascii: ";"))
      guard let name = parts.first, String(Substring(name)).trimmed == "gzip" else { continue }
      guard parts.count > 1 else { return true }
      let weight = String(Substring(parts[1])).trimmed
      return !(weight.hasPrefix("q=0") && weight.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" })
    }
    return false
  }
}

extension String {
  /// In lower case, without blanks at either end.
  fileprivate var trimmed: String {
    let end = reversed().drop { $0 == " " || $0 == "\t" }
    return String(String(end.reversed()).drop { $0 == " " || $0 == "\t" }).lowercased()
  }
}
