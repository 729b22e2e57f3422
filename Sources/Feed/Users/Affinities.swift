/// How much a user likes a few keys (authors, topics or types): decayed sums, the strongest kept.
struct Affinities {
  /// A key with its sum as of `updated` (seconds).
  struct Entry {
    var key: UInt32
    var updated: UInt32
    var sum: Float
  }

  var entries: [Entry] = []

  /// Adds `strength` to a key; when there is no room, the weakest goes.
  mutating func add(_ key: UInt32, _ strength: Float, second: UInt32, halfLife: Int64, max: Int) {
    for index in entries.indices where entries[index].key == key {
      let sum = entries[index].value(at: second, halfLife: halfLife) + strength
      entries[index] = Entry(key: key, updated: Swift.max(entries[index].updated, second), sum: sum)
      return
    }
    let entry = Entry(key: key, updated: second, sum: strength)
    if entries.count < max {
      entries.append(entry)
      return
    }
    var weakest = 0
    var least = Float.infinity
    for index in entries.indices {
      let value = abs(entries[index].value(at: second, halfLife: halfLife))
      if value < least {
        least = value
        weakest = index
      }
    }
    if max > 0, abs(strength) >= least { entries[weakest] = entry }
  }

  /// The decayed sum of a key; 0 when there is none.
  @inline(__always)
  func value(_ key: UInt32, second: UInt32, halfLife: Int64) -> Float {
    for entry in entries where entry.key == key {
      return entry.value(at: second, halfLife: halfLife)
    }
    return 0
  }
}

extension Affinities.Entry {
  /// The decayed sum at `second`.
  @inline(__always)
  func value(at second: UInt32, halfLife: Int64) -> Float {
    guard second > updated else { return sum }
    return sum * Decay.factor(elapsed: Int64(second &- updated) &* 1000, halfLife: halfLife)
  }
}
