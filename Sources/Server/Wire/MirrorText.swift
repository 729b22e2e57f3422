internal import JSON

/// Writes values as JSON by their stored properties: for settings, which are plain structs of
/// numbers, texts and dictionaries.
enum MirrorText {
  /// Writes a value.
  static func write(_ value: Any, into json: inout JSONWriter) {
    switch value {
    case let text as String: json.value(text)
    case let flag as Bool: json.value(flag)
    case let number as Int: json.value(number)
    case let number as Int64: json.value(number)
    case let number as UInt64: json.value(number)
    case let number as Double: json.value(number)
    case let number as Float: json.value(number)
    default: writeParts(value, into: &json)
    }
  }

  private static func writeParts(_ value: Any, into json: inout JSONWriter) {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct, .class:
      json.beginObject()
      for child in mirror.children {
        json.key(snakeCase(child.label ?? ""))
        write(child.value, into: &json)
      }
      json.endObject()
    case .dictionary:
      json.beginObject()
      let pairs = mirror.children.map { pair in
        Array(Mirror(reflecting: pair.value).children).map(\.value)
      }
      for pair in pairs.sorted(by: { "\($0[0])" < "\($1[0])" }) where pair.count == 2 {
        json.key("\(pair[0])")
        write(pair[1], into: &json)
      }
      json.endObject()
    case .collection:
      json.beginArray()
      for child in mirror.children { write(child.value, into: &json) }
      json.endArray()
    default: json.value("\(value)")
    }
  }

  /// `cacheAgeMs` as `cache_age_ms`.
  static func snakeCase(_ name: String) -> String {
    var text = ""
    for letter in name {
      if letter.isUppercase { text += "_" }
      text += letter.lowercased()
    }
    return text
  }
}
