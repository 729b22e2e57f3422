extension ItemVector {
  func encodeBody(into bytes: inout [UInt8]) {
    bytes.put(text: item)
    bytes.put(text: space)
    bytes.put(version)
    bytes.put(UInt32(clamping: vector.count))
    for value in vector { bytes.put(value.bitPattern) }
  }

  init(_ reader: inout FieldReader, time: Timestamp) throws(DecodeError) {
    item = try reader.text()
    space = try reader.text()
    version = try reader.number(UInt32.self)
    self.time = time
    vector = []
    // One by one: a length that the record does not hold ends at its end, before any room is made.
    for _ in 0..<(try reader.number(UInt32.self)) { vector.append(try reader.float()) }
  }
}

extension SpaceSwitch {
  func encodeBody(into bytes: inout [UInt8]) {
    bytes.put(text: space)
    bytes.put(version)
    bytes.put(text: encoder)
    bytes.put(dimension)
  }

  init(_ reader: inout FieldReader, time: Timestamp) throws(DecodeError) {
    space = try reader.text()
    version = try reader.number(UInt32.self)
    encoder = try reader.text()
    dimension = try reader.number(UInt32.self)
    self.time = time
  }
}
