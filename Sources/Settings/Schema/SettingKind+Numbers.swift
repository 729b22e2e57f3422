extension SettingKind where Value: FixedWidthInteger & Sendable {
  /// A whole number inside `range`; digits may be grouped with `_`.
  public static func integer(in range: ClosedRange<Value>) -> SettingKind {
    let allowed = allowed(range.lowerBound, range.upperBound, "a whole number") { "\($0)" }
    return SettingKind(allowed: allowed) { node throws(SettingFault) in
      let text = try node.text(expected: allowed)
      guard let value = Value(text.filter { $0 != "_" }) else {
        throw SettingFault(.invalidValue, "expected \(allowed), found \(node.found)")
      }
      return try checked(value, range, allowed, text)
    } write: {
      "\($0)"
    }
  }

  /// A length of time with its unit (`250ms`, `1.5s`, `5m`, `24h`, `30d`), kept as milliseconds.
  public static func duration(in range: ClosedRange<Value>) -> SettingKind {
    quantity(Units.time, in: range, example: "5m")
  }

  /// An amount of memory with its unit (`512B`, `64KiB`, `8MiB`, `2GiB`), kept as bytes.
  public static func bytes(in range: ClosedRange<Value>) -> SettingKind {
    quantity(Units.memory, in: range, example: "64KiB")
  }

  private static func quantity(
    _ units: Units, in range: ClosedRange<Value>, example: String
  ) -> SettingKind {
    let allowed = allowed(range.lowerBound, range.upperBound, "\(units.noun) such as \(example)") {
      units.write(Int64(clamping: $0))
    }
    return SettingKind(allowed: allowed) { node throws(SettingFault) in
      let text = try node.text(expected: allowed)
      guard let amount = units.read(text), let value = Value(exactly: amount) else {
        throw SettingFault(
          .invalidValue,
          "expected \(allowed), found \(node.found); units are \(units.names)")
      }
      return try checked(value, range, allowed, text)
    } write: {
      units.write(Int64(clamping: $0))
    }
  }
}

extension SettingKind where Value: BinaryFloatingPoint & LosslessStringConvertible & Sendable {
  /// A finite number inside `range`.
  public static func number(in range: ClosedRange<Value>) -> SettingKind {
    let allowed = allowed(range.lowerBound, range.upperBound, "a number") { "\($0)" }
    return SettingKind(allowed: allowed) { node throws(SettingFault) in
      let text = try node.text(expected: allowed)
      let isDecimal = text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
      }
      guard isDecimal, let value = Value(text), value.isFinite else {
        throw SettingFault(.invalidValue, "expected \(allowed), found \(node.found)")
      }
      return try checked(value, range, allowed, text)
    } write: {
      "\($0)"
    }
  }
}

extension SettingKind where Value: Comparable {
  static func checked(
    _ value: Value, _ range: ClosedRange<Value>, _ allowed: String, _ text: String
  ) throws(SettingFault) -> Value {
    guard range.contains(value) else {
      throw SettingFault(.outOfRange, "expected \(allowed), found \(text)")
    }
    return value
  }

  static func allowed(
    _ low: Value, _ high: Value, _ noun: String, _ write: (Value) -> String
  ) -> String {
    "\(noun) from \(write(low)) to \(write(high))"
  }
}

/// Units of a quantity, the smallest first, which is the one that values are kept in.
struct Units: Sendable {
  let noun: String
  let units: [(name: String, size: Int64)]

  static let time = Units(
    noun: "a time",
    units: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
  static let memory = Units(
    noun: "a size",
    units: [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)])

  var names: String { units.map(\.name).joined(separator: ", ") }

  /// The amount in the smallest unit; nil when the text is none, or no whole number of it.
  func read(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let name = text.dropFirst(digits.count)
    guard let unit = units.first(where: { $0.name == name }) else { return nil }
    let number = digits.filter { $0 != "_" }
    if let whole = Int64(number) {
      let (amount, overflow) = whole.multipliedReportingOverflow(by: unit.size)
      return overflow ? nil : amount
    }
    guard let fraction = Double(number) else { return nil }
    return Int64(exactly: fraction * Double(unit.size))
  }

  /// The amount in the largest unit that leaves no fraction.
  func write(_ amount: Int64) -> String {
    if amount == 0 { return "0" }
    let fitting = units.last { amount % $0.size == 0 } ?? units[0]
    return "\(amount / fitting.size)\(fitting.name)"
  }
}
