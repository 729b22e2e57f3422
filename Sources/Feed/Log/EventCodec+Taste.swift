extension TasteSetting {
  /// A byte tells which lists are there, then they follow one after another.
  func encodeBody(into bytes: inout [UInt8]) {
    bytes.put(text: user)
    let lists = [topics, authors, types, items]
    var present: UInt8 = interests == nil ? 0 : 1
    for (place, list) in lists.enumerated() where list != nil { present |= 2 << UInt8(place) }
    bytes.append(present)
    if let interests { bytes.put(texts: interests) }
    for list in lists {
      guard let list else { continue }
      bytes.put(UInt16(clamping: list.count))
      for liking in list.prefix(Int(UInt16.max)) {
        bytes.put(text: liking.name)
        bytes.put(liking.weight.bitPattern)
      }
    }
  }

  init(_ reader: inout FieldReader, time: Timestamp) throws(DecodeError) {
    self.init(user: try reader.text(), time: time)
    let present = try reader.number(UInt8.self)
    if present & 1 != 0 { interests = try reader.texts() }
    if present & 2 != 0 { topics = try Self.likings(&reader) }
    if present & 4 != 0 { authors = try Self.likings(&reader) }
    if present & 8 != 0 { types = try Self.likings(&reader) }
    if present & 16 != 0 { items = try Self.likings(&reader) }
  }

  private static func likings(_ reader: inout FieldReader) throws(DecodeError) -> [Liking] {
    var list: [Liking] = []
    for _ in 0..<(try reader.number(UInt16.self)) {
      list.append(Liking(try reader.text(), try reader.float()))
    }
    return list
  }
}
