internal import CYAML

/// Reads one YAML document with libyaml into a tree.
///
/// Refused, because a configuration needs none of it and each hides what a file says: anchors and
/// aliases, tags, more than one document, keys that are not plain texts, keys that stand twice.
///
/// Invariant of the unsafe code: `parser` is allocated and initialised before any use, and deleted
/// and freed once; each event that `yaml_parser_parse` filled is deleted once, after its texts were
/// copied; `input` outlives the parser because `read` holds it for the whole call.
public enum YAMLReader {
  /// The limits of a file.
  public static let bytesMax = 1 << 20
  static let depthMax = 16
  static let nodesMax = 50_000

  /// The tree of a text; `file` names it in places and messages.
  public static func read(_ bytes: [UInt8], file: String) throws(SettingsError) -> YAMLNode {
    if bytes.count > bytesMax {
      throw SettingsError(
        .tooLarge, at: .file(file, line: 1, column: 1),
        message: "\(bytes.count) bytes are more than the limit of \(bytesMax)")
    }
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { unsafe parser.deallocate() }
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      throw SettingsError(
        .tooLarge, at: .file(file, line: 1, column: 1), message: "memory is short")
    }
    defer { unsafe yaml_parser_delete(parser) }
    return try unsafe bytes.withUnsafeBufferPointer { input throws(SettingsError) in
      unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
      var tree = unsafe YAMLTree(parser: parser, file: file)
      return try tree.document()
    }
  }
}

/// Turns events into nodes.
@safe private struct YAMLTree {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let file: String
  private var nodes = 0

  init(parser: UnsafeMutablePointer<yaml_parser_t>, file: String) {
    unsafe self.parser = parser
    self.file = file
  }

  /// An event with its texts copied.
  private enum Event {
    case alias
    case scalar(String, quoted: Bool)
    case openSequence, closeSequence, openMapping, closeMapping
    case openDocument, closeStream, other
  }

  mutating func document() throws(SettingsError) -> YAMLNode {
    var root: YAMLNode?
    while true {
      let (event, place) = try next()
      switch event {
      case .openDocument:
        if root != nil { throw error(place, "a second document; one file is one document") }
        let (first, start) = try next()
        root = try node(first, start, depth: 0)
      case .closeStream:
        return root ?? YAMLNode(.null, at: place)
      default: continue
      }
    }
  }

  private mutating func node(
    _ event: Event, _ place: SettingOrigin, depth: Int
  ) throws(SettingsError) -> YAMLNode {
    nodes += 1
    if nodes > YAMLReader.nodesMax || depth > YAMLReader.depthMax {
      throw SettingsError(
        .tooLarge, at: place,
        message: "more than \(YAMLReader.nodesMax) values or \(YAMLReader.depthMax) levels")
    }
    switch event {
    case .scalar(let text, let quoted):
      let isNull = !quoted && ["", "~", "null", "Null", "NULL"].contains(text)
      return YAMLNode(isNull ? .null : .scalar(text, quoted: quoted), at: place)
    case .openSequence:
      var elements: [YAMLNode] = []
      while true {
        let (event, start) = try next()
        if case .closeSequence = event { return YAMLNode(.sequence(elements), at: place) }
        elements.append(try node(event, start, depth: depth + 1))
      }
    case .openMapping:
      return YAMLNode(.mapping(try entries(depth: depth)), at: place)
    case .alias:
      throw error(place, "aliases (*name) are not supported; write the value out")
    default:
      throw error(place, "unexpected end")
    }
  }

  private mutating func entries(depth: Int) throws(SettingsError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    while true {
      let (event, place) = try next()
      if case .closeMapping = event { return entries }
      guard case .scalar(let key, _) = event else {
        throw error(place, "a key must be a plain text")
      }
      if !keys.insert(key).inserted {
        throw SettingsError(
          .duplicateKey, at: place, path: key, message: "the key stands twice in one block")
      }
      let (first, start) = try next()
      let value = try node(first, start, depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, origin: place, value: value))
    }
  }

  private func next() throws(SettingsError) -> (Event, SettingOrigin) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw parserError() }
    defer { unsafe yaml_event_delete(&event) }
    let place = unsafe origin(event.start_mark)
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      unsafe try refuse(anchor: scalar.anchor, tag: scalar.tag, place)
      let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let quoted = unsafe scalar.style != YAML_PLAIN_SCALAR_STYLE
      return (.scalar(unsafe String(decoding: text, as: UTF8.self), quoted: quoted), place)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      unsafe try refuse(anchor: start.anchor, tag: start.tag, place)
      return (.openSequence, place)
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      unsafe try refuse(anchor: start.anchor, tag: start.tag, place)
      return (.openMapping, place)
    case YAML_ALIAS_EVENT: return (.alias, place)
    case YAML_SEQUENCE_END_EVENT: return (.closeSequence, place)
    case YAML_MAPPING_END_EVENT: return (.closeMapping, place)
    case YAML_DOCUMENT_START_EVENT: return (.openDocument, place)
    case YAML_STREAM_END_EVENT: return (.closeStream, place)
    default: return (.other, place)
    }
  }

  private func refuse(
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?,
    _ place: SettingOrigin
  ) throws(SettingsError) {
    if unsafe anchor != nil {
      throw error(place, "anchors (&name) are not supported; write the value out")
    }
    if unsafe tag != nil {
      throw error(place, "tags (!name) are not supported; write the value without it")
    }
  }

  private func parserError() -> SettingsError {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    let mark = unsafe parser.pointee.problem_mark
    var message = "not YAML: " + (problem ?? "unreadable")
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      message += unsafe " (at byte \(parser.pointee.problem_offset))"
    }
    return error(origin(mark), message)
  }

  private func error(_ place: SettingOrigin, _ message: String) -> SettingsError {
    SettingsError(.syntax, at: place, message: message)
  }

  /// libyaml counts lines and columns from 0.
  private func origin(_ mark: yaml_mark_t) -> SettingOrigin {
    .file(file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
