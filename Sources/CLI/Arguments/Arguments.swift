/// What a command was given, checked against its options.
package struct Arguments: Sendable {
  /// The names from the program's down to the command's.
  package let path: [String]
  /// What stood there without dashes.
  package let operands: [String]
  let values: [Option: [String]]

  /// Whether an option was given.
  package func has(_ option: Option) -> Bool { values[option] != nil }

  /// The value of an option; the last one when it was given again.
  package func text(_ option: Option) -> String? { values[option]?.last }

  /// Every value of an option in the order given.
  package func texts(_ option: Option) -> [String] { values[option] ?? [] }

  /// The value of an option that the command can't do without.
  package func required(_ option: Option) throws(Failure) -> String {
    guard let text = text(option) else {
      throw .usage("\(option.written) is missing: \(option.doc)")
    }
    return text
  }

  /// A whole number.
  package func integer(_ option: Option, in range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let text = text(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        "--\(option.name) \(text): expected a whole number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }

  /// A length of time in milliseconds: a number with `ms`, `s`, `m`, `h` or `d`.
  package func milliseconds(
    _ option: Option, in range: ClosedRange<Int64>
  ) throws(Failure) -> Int64? {
    guard let text = text(option) else { return nil }
    guard let length = Self.milliseconds(text), range.contains(length) else {
      throw .usage(
        "--\(option.name) \(text): expected a time such as 500ms, 30s, 15m, 24h or 7d")
    }
    return length
  }

  /// A number and a unit.
  static func milliseconds(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits) else { return nil }
    let unit: Int64
    switch text.dropFirst(digits.count) {
    case "ms": unit = 1
    case "s": unit = 1_000
    case "m": unit = 60_000
    case "h": unit = 3_600_000
    case "d": unit = 86_400_000
    default: return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }
}
