extension PageServed {
  /// Appends the body of the record. Features, heads and propensities are written in half
  /// precision: a feature is rounded to it before it is scored, so nothing is lost. Most features
  /// of most items are zero: a bit tells which are not, and only those are written.
  func encodeBody(into bytes: inout [UInt8]) {
    for text in [user, surface, requestID, model, shadow, experiments] { bytes.put(text: text) }
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
      for entry in list.prefix(Int(UInt16.max)) {
        entry.encode(hasShadow: !shadow.isEmpty, into: &bytes)
      }
    }
    encodeOnline(into: &bytes)
  }

  /// Appends the number of keys and one, 0 = no online part; then version, keys, and a correction
  /// for each entry.
  private func encodeOnline(into bytes: inout [UInt8]) {
    guard let online else { return bytes.append(0) }
    let keys = online.keys.prefix(Int(UInt8.max) - 1)
    bytes.append(UInt8(keys.count + 1))
    bytes.put(online.version)
    for key in keys { bytes.put(key) }
    for place in 0..<min(entries.count, Int(UInt16.max)) {
      let isKnown = place < online.corrections.count
      bytes.put((isKnown ? online.corrections[place] : 0).bitPattern)
    }
  }

  init(_ reader: inout FieldReader, time: Timestamp, version: UInt8) throws(DecodeError) {
    user = try reader.text()
    surface = try reader.text()
    requestID = try reader.text()
    model = try reader.text()
    shadow = try reader.text()
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
    let hasShadow = !shadow.isEmpty
    for _ in 0..<Int(try reader.number(UInt16.self)) {
      entries.append(try Entry(&reader, hasShadow: hasShadow))
    }
    for _ in 0..<Int(try reader.number(UInt16.self)) {
      unshown.append(try Entry(&reader, hasShadow: hasShadow))
    }
    // The first version had no online part.
    if version >= 2 { online = try reader.online(entries: entries.count) }
  }
}

extension PageServed.Entry {
  fileprivate func encode(hasShadow: Bool, into bytes: inout [UInt8]) {
    bytes.put(text: item)
    bytes.put(score.bitPattern)
    bytes.put(sources)
    bytes.put(position)
    bytes.put(Half.bits(propensity))
    if hasShadow { bytes.put(shadow.bitPattern) }
    bytes.put(halves: heads)
    bytes.put(sparse: features)
  }

  fileprivate init(_ reader: inout FieldReader, hasShadow: Bool) throws(DecodeError) {
    item = try reader.text()
    score = try reader.float()
    sources = try reader.number(UInt16.self)
    position = try reader.number(UInt16.self)
    propensity = Half.value(try reader.number(UInt16.self))
    if hasShadow { shadow = try reader.float() }
    heads = try reader.halves()
    features = try reader.sparseHalves()
  }
}

extension FieldReader {
  /// What the online part did to a page of so many entries.
  fileprivate mutating func online(entries count: Int) throws(DecodeError) -> OnlineRecord? {
    let flag = try number(UInt8.self)
    guard flag > 0 else { return nil }
    let version = try number(UInt64.self)
    var keys: [UInt64] = []
    for _ in 1..<flag { keys.append(try number(UInt64.self)) }
    var corrections: [Float] = []
    for _ in 0..<count { corrections.append(try float()) }
    return OnlineRecord(version: version, keys: keys, corrections: corrections)
  }

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
      numbers.append(Half.value(try number(UInt16.self)))
    }
    return numbers
  }

  /// Numbers of half precision, a bit each that tells which are not zero before those that are not.
  fileprivate mutating func sparseHalves() throws(DecodeError) -> [Float] {
    let count = Int(try number(UInt8.self))
    var bits: [UInt8] = []
    for _ in 0..<(count + 7) / 8 { bits.append(try number(UInt8.self)) }
    var numbers = [Float](repeating: 0, count: count)
    for index in 0..<count where bits[index / 8] & 1 << UInt8(index % 8) != 0 {
      numbers[index] = Half.value(try number(UInt16.self))
    }
    return numbers
  }
}

extension [UInt8] {
  /// Appends numbers in half precision behind their count in one byte.
  fileprivate mutating func put(halves numbers: [Float]) {
    append(UInt8(clamping: numbers.count))
    for number in numbers.prefix(Int(UInt8.max)) { put(Half.bits(number)) }
  }

  /// Appends numbers in half precision: their count in one byte, a bit each that tells which are
  /// not zero, and those.
  fileprivate mutating func put(sparse numbers: [Float]) {
    let count = Swift.min(numbers.count, Int(UInt8.max))
    append(UInt8(count))
    let start = self.count
    for _ in 0..<(count + 7) / 8 { append(0) }
    for index in 0..<count {
      let half = Half.bits(numbers[index])
      guard half != 0 else { continue }
      self[start + index / 8] |= 1 << UInt8(index % 8)
      put(half)
    }
  }
}
