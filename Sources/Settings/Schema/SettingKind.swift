/// How a type of setting is read, written and described.
///
/// What a value is refused for becomes a `SettingFault`, to which the schema adds path and place.
public struct SettingKind<Value>: Sendable {
  /// What is allowed, for the documentation: `1 to 100`, `one of off, interacted`.
  let allowed: String
  let read: @Sendable (YAMLNode) throws(SettingFault) -> Value
  /// The value as YAML on one line.
  let write: @Sendable (Value) -> String

  /// A kind from its parts.
  ///
  /// - Parameters:
  ///   - allowed: what a value may be, for people.
  ///   - read: the value of a node, or why not.
  ///   - write: YAML on one line that `read` takes for the same value.
  public init(
    allowed: String, read: @escaping @Sendable (YAMLNode) throws(SettingFault) -> Value,
    write: @escaping @Sendable (Value) -> String
  ) {
    self.allowed = allowed
    self.read = read
    self.write = write
  }
}

/// Why a value was refused, before its path and place are known.
public struct SettingFault: Error, Equatable, Sendable {
  let code: SettingsError.Code
  let message: String

  /// A fault with its reason.
  public init(_ code: SettingsError.Code = .invalidValue, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension YAMLNode {
  /// The text of a scalar.
  func text(expected: String) throws(SettingFault) -> String {
    guard case .scalar(let text, _) = content else {
      throw SettingFault(.invalidValue, "expected \(expected), found \(found)")
    }
    return text
  }
}

extension SettingKind where Value == Bool {
  /// `true` or `false`.
  public static var flag: SettingKind {
    SettingKind(allowed: "true or false") { node throws(SettingFault) in
      switch try node.text(expected: "true or false") {
      case "true": return true
      case "false": return false
      default: throw SettingFault(.invalidValue, "expected true or false, found \(node.found)")
      }
    } write: {
      $0 ? "true" : "false"
    }
  }
}

extension SettingKind where Value == String {
  /// A text of at most `bytes` of UTF-8 without control characters; `hint` says what it means.
  public static func text(
    bytes: ClosedRange<Int> = 0...1024, hint: String = "text",
    where holds: @escaping @Sendable (String) -> Bool = { _ in true }
  ) -> SettingKind {
    SettingKind(allowed: hint) { node throws(SettingFault) in
      if case .null = node.content, bytes.lowerBound == 0, holds("") { return "" }
      let text = try node.text(expected: hint)
      let isClean = text.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value)
      }
      guard bytes.contains(text.utf8.count), isClean, holds(text) else {
        throw SettingFault(.invalidValue, "expected \(hint), found \(node.found)")
      }
      return text
    } write: {
      YAMLText.string($0)
    }
  }
}

extension SettingKind
where Value: RawRepresentable & CaseIterable & SendableMetatype, Value.RawValue == String {
  /// One of the names of an enumeration.
  public static var choice: SettingKind {
    let names = Value.allCases.map(\.rawValue)
    let allowed = "one of " + names.joined(separator: ", ")
    return SettingKind(allowed: allowed) { node throws(SettingFault) in
      let text = try node.text(expected: allowed)
      guard let value = Value(rawValue: text) else {
        let hint = Suggestion.closest(to: text, in: names).map { "; did you mean \($0)?" } ?? ""
        throw SettingFault(.invalidValue, "expected \(allowed), found \(node.found)\(hint)")
      }
      return value
    } write: {
      YAMLText.string($0.rawValue)
    }
  }
}

extension SettingKind {
  /// A list of values of a kind, as `[a, b]`; from the environment also `a,b`.
  public static func list<Element>(
    of kind: SettingKind<Element>, count: ClosedRange<Int> = 0...1000
  ) -> SettingKind where Value == [Element] {
    let allowed = "a list of \(kind.allowed)"
    return SettingKind(allowed: allowed) { node throws(SettingFault) in
      var values: [Element] = []
      for element in try elements(node, allowed) { values.append(try kind.read(element)) }
      guard count.contains(values.count) else {
        throw SettingFault(
          .outOfRange,
          "expected \(count.lowerBound) to \(count.upperBound) elements, found \(values.count)")
      }
      return values
    } write: { values in
      YAMLText.list(values.map(kind.write))
    }
  }
}

private func elements(
  _ node: YAMLNode, _ allowed: String
) throws(SettingFault) -> [YAMLNode] {
  switch (node.content, node.origin) {
  case (.sequence(let elements), _): return elements
  case (.null, _): return []
  case (.scalar(let text, _), .environment):
    return text.split(separator: ",").map { part in
      YAMLNode(.scalar(trimmed(part), quoted: false), at: node.origin)
    }
  default: throw SettingFault(.invalidValue, "expected \(allowed), found \(node.found)")
  }
}

private func trimmed(_ text: Substring) -> String {
  var text = text
  while text.first == " " { text.removeFirst() }
  while text.last == " " { text.removeLast() }
  return String(text)
}
