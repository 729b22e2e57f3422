internal import CSimdJSON

extension JSONValue {
  /// The place of this value in its text as a JSON pointer (RFC 6901). Walks from the root: for
  /// messages.
  public var pointer: String {
    var path = ""
    var at = sibling(0)
    while at.index < index {
      let isArray = at.node.kind == UInt32(UPDRAFT_JSON_ARRAY)
      var child = sibling(at.index + 1)
      var position = 0
      while child.node.end <= index {
        child = sibling(child.node.end)
        position += 1
      }
      path += "/" + (isArray ? String(position) : JSONValue.escaped(child.key ?? ""))
      at = child
    }
    return path
  }

  /// A name as a part of a JSON pointer, cut to a length that fits a message.
  static func escaped(_ key: String) -> String {
    var part = ""
    for scalar in key.unicodeScalars.prefix(64) {
      switch scalar {
      case "~": part += "~0"
      case "/": part += "~1"
      default: part.unicodeScalars.append(scalar)
      }
    }
    return part
  }
}
