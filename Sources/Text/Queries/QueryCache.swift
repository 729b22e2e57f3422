internal import Sync

/// The vectors of the texts that were asked for last. At most `countMax` of them; a text that is
/// longer than 512 bytes is not kept.
final class QueryCache: @unchecked Sendable {
  // Sendable: everything that changes is read and written under `lock`.
  private struct Entry {
    var text: String
    var vector: [Float]
    var newer: Int
    var older: Int
  }

  private static var bytesMax: Int { 512 }

  private let lock = Lock()
  private let countMax: Int
  private var slots: [String: Int] = [:]
  private var entries: [Entry] = []
  /// The ends of the chain from the newest to the oldest; -1: none.
  private var newest = -1
  private var oldest = -1

  init(countMax: Int) { self.countMax = max(0, countMax) }

  /// The vector kept for a text, which is the newest from now on.
  func vector(of text: String) -> [Float]? {
    lock.withLock {
      guard let slot = slots[text] else { return nil }
      unlink(slot)
      link(slot)
      return entries[slot].vector
    }
  }

  /// Keeps the vector of a text in place of the oldest.
  func keep(_ vector: [Float], of text: String) {
    guard countMax > 0, text.utf8.count <= Self.bytesMax else { return }
    lock.withLock {
      if let slot = slots[text] {
        unlink(slot)
        entries[slot].vector = vector
        link(slot)
        return
      }
      let entry = Entry(text: text, vector: vector, newer: -1, older: -1)
      var slot = entries.count
      if slot < countMax {
        entries.append(entry)
      } else {
        slot = oldest
        unlink(slot)
        slots[entries[slot].text] = nil
        entries[slot] = entry
      }
      slots[text] = slot
      link(slot)
    }
  }

  private func link(_ slot: Int) {
    entries[slot].newer = -1
    entries[slot].older = newest
    if newest >= 0 { entries[newest].newer = slot } else { oldest = slot }
    newest = slot
  }

  private func unlink(_ slot: Int) {
    let (newer, older) = (entries[slot].newer, entries[slot].older)
    if newer >= 0 { entries[newer].older = older } else { newest = older }
    if older >= 0 { entries[older].newer = newer } else { oldest = newer }
  }
}
