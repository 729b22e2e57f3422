extension Schema {
  /// What stands behind and above each setting when a configuration is written out.
  public enum Notes: Sendable {
    /// Nothing.
    case none
    /// Above each setting and block what it does and what it may be.
    case docs
    /// Behind each setting where its value comes from.
    case origins
  }

  /// The configuration as YAML with every setting, which reads back as the same configuration.
  public func show(_ loaded: Loaded<Root>, notes: Notes = .docs) -> String {
    var page = Page(notes: notes)
    for section in blocks(in: loaded.value) {
      guard !section.isAbsent else {
        page.absent(section.path, doc: section.doc)
        continue
      }
      page.open(section.path, doc: section.doc)
      for setting in section.settings {
        page.line(setting, setting.text(loaded.value), loaded.origin(of: setting.path))
      }
    }
    return page.text
  }

  private struct Block {
    var path: String
    var doc: String
    var settings: [Setting<Root>]
    /// A map without names, of which only the explanation is written.
    var isAbsent = false
  }

  /// The settings by the block they stand in, in the order of the schema.
  private func blocks(in root: Root) -> [Block] {
    var blocks: [Block] = []
    for setting in settings {
      let path = Schema.parent(setting.path)
      if let index = blocks.firstIndex(where: { $0.path == path }) {
        blocks[index].settings.append(setting)
      } else {
        blocks.append(Block(path: path, doc: sections[path] ?? "", settings: [setting]))
      }
    }
    for family in families {
      var members: [Block] = []
      for name in family.present(root) {
        for block in family.schema(name).blocks(in: root) {
          if block.path == family.path, !members.isEmpty {
            members[0].settings += block.settings
          } else {
            members.append(block)
          }
        }
      }
      if members.isEmpty {
        members = [
          Block(path: family.path, doc: family.docOfMembers, settings: [], isAbsent: true)
        ]
      } else if members.first?.path == family.path {
        members[0].doc = family.doc
      } else {
        members.insert(Block(path: family.path, doc: family.doc, settings: []), at: 0)
      }
      // Inner blocks follow the block that holds them.
      let parent = Schema.parent(family.path)
      let after = blocks.lastIndex { $0.path == parent || $0.path.hasPrefix(parent + ".") }
      blocks.insert(contentsOf: members, at: after.map { $0 + 1 } ?? blocks.count)
    }
    return blocks
  }

  static func parent(_ path: String) -> String {
    path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
  }
}

/// Lines of YAML, indented by their depth.
private struct Page<Root> {
  private(set) var text = ""
  private let notes: Schema<Root>.Notes
  /// The blocks that are open, outermost first.
  private var open: [String] = []

  init(notes: Schema<Root>.Notes) { self.notes = notes }

  mutating func open(_ path: String, doc: String) {
    let parts = path.isEmpty ? [] : path.split(separator: ".").map(String.init)
    let shared = zip(open, parts).prefix { $0 == $1 }.count
    for depth in shared..<max(shared, parts.count) {
      if depth == 0, !text.isEmpty { text += "\n" }
      if depth == parts.count - 1 { comment(doc, depth) }
      text += indent(depth) + YAMLText.string(parts[depth]) + ":\n"
    }
    open = parts
  }

  /// A map that has no names yet: what might stand there, as a comment.
  mutating func absent(_ path: String, doc: String) {
    guard case .docs = notes else { return }
    open(Schema<Root>.parent(path), doc: "")
    comment(doc, open.count)
    let key = path.split(separator: ".").last.map(String.init) ?? path
    text += indent(open.count) + "# " + YAMLText.string(key) + ":\n"
  }

  mutating func line(_ setting: Setting<Root>, _ value: String, _ origin: SettingOrigin) {
    let key = setting.path.split(separator: ".").last.map(String.init) ?? setting.path
    if !setting.doc.isEmpty { comment("\(setting.doc) (\(setting.allowed))", open.count) }
    text += indent(open.count) + YAMLText.string(key) + ": " + value
    if case .origins = notes { text += "  # \(origin)" }
    text += "\n"
  }

  private mutating func comment(_ doc: String, _ depth: Int) {
    guard case .docs = notes, !doc.isEmpty else { return }
    var line = indent(depth) + "#"
    for word in doc.split(separator: " ") {
      if line.count + 1 + word.count > 100 {
        text += line + "\n"
        line = indent(depth) + "#"
      }
      line += " " + word
    }
    text += line + "\n"
  }

  private func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
