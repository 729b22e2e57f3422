extension PageServed {
  /// Appends the body of the record. Features, heads and propensities are written in half
  /// precision: a feature is rounded to it before it is scored, so nothing is lost.
  func encodeBody(into bytes: inout [UInt8]) {
    for text in [user, surface, requestID, model, experiments] { bytes.put(text: text) }
    bytes.put(offset.value)
    bytes.put(configuration)
    bytes.append(servedBy)
    bytes.put(sampleRate.bitPattern)
    bytes.append(UInt8(clamping: heads.count))
    bytes.append(contentsOf: heads.prefix(Int(UInt8.max)))
    bytes.append(UInt8(clamping: features.count))
    bytes.append(contentsOf: features.prefix(Int(UInt8.max)))
    bytes.put(halves: requestFeatures)
    for list in [entries, unshown] {
      bytes.put(UInt16(clamping: list.count))
      for entry in list.prefix(Int(UInt16.max)) { entry.encode(into: &bytes) }
    }
  }

  init(_ reader: inout FieldReader, time: Timestamp) throws(DecodeError) {
    user = try reader.text()
    surface = try reader.text()
    requestID = try reader.text()
    model = try reader.text()
    experiments = try reader.text()
    offset = Offset(try reader.number(UInt64.self))
    configuration = try reader.number(UInt64.self)
    servedBy = try reader.number(UInt8.self)
    sampleRate = try reader.float()
    self.time = time
    heads = try reader.smallNumbers()
    features = try reader.smallNumbers()
    requestFeatures = try reader.halves()
    entries = []
    for _ in 0..<Int(try reader.number(UInt16.self)) { entries.append(try Entry(&reader)) }
    for _ in 0..<Int(try reader.number(UInt16.self)) { unshown.append(try Entry(&reader)) }
  }
}

extension PageServed.Entry {
  fileprivate func encode(into bytes: inout [UInt8]) {
    bytes.put(text: item)
    bytes.put(score.bitPattern)
    bytes.put(sources)
    bytes.put(position)
    bytes.put(Float16(propensity).bitPattern)
    bytes.put(halves: heads)
    bytes.put(halves: features)
  }

  fileprivate init(_ reader: inout FieldReader) throws(DecodeError) {
    item = try reader.text()
    score = try reader.float()
    sources = try reader.number(UInt16.self)
    position = try reader.number(UInt16.self)
    propensity = Float(Float16(bitPattern: try reader.number(UInt16.self)))
    heads = try reader.halves()
    features = try reader.halves()
  }
}

extension FieldReader {
  /// Numbers of a byte behind their count in one byte.
  fileprivate mutating func smallNumbers() throws(DecodeError) -> [UInt8] {
    var numbers: [UInt8] = []
    for _ in 0..<Int(try number(UInt8.self)) { numbers.append(try number(UInt8.self)) }
    return numbers
  }

  /// Numbers of half precision behind their count in one byte.
  fileprivate mutating func halves() throws(DecodeError) -> [Float] {
    var numbers: [Float] = []
    for _ in 0..<Int(try number(UInt8.self)) {
      numbers.append(Float(Float16(bitPattern: try number(UInt16.self))))
    }
    return numbers
  }
}

extension [UInt8] {
  /// Appends numbers in half precision behind their count in one byte.
  fileprivate mutating func put(halves numbers: [Float]) {
    append(UInt8(clamping: numbers.count))
    for number in numbers.prefix(Int(UInt8.max)) { put(Float16(number).bitPattern) }
  }
}
