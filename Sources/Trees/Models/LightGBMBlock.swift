/// Some lines of a LightGBM model: `name=value`, or a name alone.
struct LightGBMBlock {
  /// What it is, for messages.
  let title: String
  private let values: [Substring: Substring]

  init(title: String, _ values: [Substring: Substring]) {
    self.title = title
    self.values = values
  }

  func has(_ name: String) -> Bool { values[name[...]] != nil }

  func text(_ name: String) -> Substring? { values[name[...]] }

  func error(_ code: ForestError.Code, _ message: String) -> ForestError {
    ForestError(code, "LightGBM model: \(title): \(message)")
  }

  func integer(_ name: String, _ range: ClosedRange<Int>) throws(ForestError) -> Int {
    guard let text = values[name[...]] else { throw error(.format, "\(name) is missing") }
    return try integer(text, name, range)
  }

  /// Whole numbers with blanks between, as many as told.
  func integers(
    _ name: String, _ count: Int, _ range: ClosedRange<Int>
  ) throws(ForestError) -> [Int] {
    var numbers: [Int] = []
    for word in try words(name, count) { numbers.append(try integer(word, name, range)) }
    return numbers
  }

  /// Finite numbers with blanks between, as many as told.
  ///
  /// - Parameter infinite: whether +infinity is one too.
  func numbers(
    _ name: String, _ count: Int, infinite: Bool = false
  ) throws(ForestError) -> [Double] {
    var numbers: [Double] = []
    for word in try words(name, count) {
      guard let number = Double(word), number.isFinite || infinite && number == .infinity else {
        throw error(.number, "\(name): \"\(word.prefix(64))\" is not a finite number")
      }
      numbers.append(number)
    }
    return numbers
  }

  private func words(_ name: String, _ count: Int) throws(ForestError) -> [Substring] {
    guard let text = values[name[...]] else { throw error(.format, "\(name) is missing") }
    let words = text.split(separator: " ")
    guard words.count == count else {
      throw error(.format, "\(name): \(words.count) entries, expected \(count)")
    }
    return words
  }

  private func integer(
    _ text: Substring, _ name: String, _ range: ClosedRange<Int>
  ) throws(ForestError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw error(
        .structure,
        "\(name): \"\(text.prefix(64))\" is not a number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }
}

/// The lines of a LightGBM model, in turn; empty ones are left out.
struct LightGBMLines {
  /// The line last given, from 1.
  private(set) var number = 0
  private let lines: [Substring]

  init(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
    }
  }

  mutating func next() -> Substring? {
    while number < lines.count {
      number += 1
      if !lines[number - 1].isEmpty { return lines[number - 1] }
    }
    return nil
  }

  /// The lines up to the next that begins a tree or ends them.
  mutating func block(_ title: String) -> LightGBMBlock {
    var values: [Substring: Substring] = [:]
    while number < lines.count {
      let line = lines[number]
      if line.hasPrefix("Tree=") || line == "end of trees" { break }
      number += 1
      guard let equals = line.firstIndex(of: "=") else {
        if !line.isEmpty { values[line] = "" }
        continue
      }
      values[line[..<equals]] = line[line.index(after: equals)...]
    }
    return LightGBMBlock(title: title, values)
  }
}
