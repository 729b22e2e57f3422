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
    var place = 0
    while place < entries.count {
      if entries[place].key == key {
        let updated = Swift.max(entries[place].updated, second)
        // An event from before the newest has decayed by now.
        let added = Entry(key: key, updated: second, sum: strength)
        let sum =
          entries[place].value(at: updated, halfLife: halfLife)
          + added.value(at: updated, halfLife: halfLife)
        entries[place] = Entry(key: key, updated: updated, sum: sum)
        return
      }
      place &+= 1
    }
    let entry = Entry(key: key, updated: second, sum: strength)
    if entries.count < max {
      entries.append(entry, most: max)
      return
    }
    // Decayed sums of one half-life keep their order, so they can be compared without decaying
    // them: forward decay, as in `TopLists`.
    let perSecond = 1000 / Float(Swift.max(1, halfLife))
    var weakest = 0
    var least = Float.infinity
    for place in entries.indices {
      let age = Float(Int64(second) - Int64(entries[place].updated))
      let sum = abs(entries[place].sum)
      // Most are out by their magnitude alone.
      guard Logarithm.floor2(sum) - age * perSecond < least else { continue }
      let value = Logarithm.base2(sum) - age * perSecond
      if value < least {
        least = value
        weakest = place
      }
    }
    if max > 0, Logarithm.base2(abs(strength)) >= least { entries[weakest] = entry }
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
