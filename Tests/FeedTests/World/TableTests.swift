import Feed
import TestKit
import Testing

@Suite struct TableTests {
  @Test func identifiersMapAsInADictionary() {
    var chance = SeededGenerator.announced("identifier table against a dictionary")
    var table = IdentifierTable()
    var naive: [String: UInt32] = [:]
    var free: [UInt32] = []
    var rows: UInt32 = 0
    for _ in 0..<30_000 {
      // Texts of up to 15 bytes lie elsewhere than longer ones; a zero is a byte like others.
      let name = "item-\(chance.below(900))\0\0-whose-name-is-long"
      let id = String(name.prefix(1 + chance.below(24)))
      if let row = naive[id], chance.chance(0.5) {
        table.remove(row: row)
        naive[id] = nil
        free.append(row)
      } else if naive[id] == nil {
        let row = free.popLast() ?? rows
        rows = max(rows, row + 1)
        naive[id] = row
        with(id) { table.insert($0, row: row) }
        #expect(table.text(row) == id)
      }
      #expect(with(id) { table.row($0) } == naive[id])
      #expect(table.count == naive.count)
    }
    for (id, row) in naive { #expect(with(id) { table.row($0) } == row) }
  }

  @Test func theDedupWindowRemembersTheNewest() {
    var chance = SeededGenerator.announced("dedup window against a queue")
    for capacity in [1, 7, 100, 1_000] {
      var window = DedupWindow(capacity: capacity)
      var queue: [UInt64] = []
      for _ in 0..<5_000 {
        let number = UInt64(chance.below(3_000))
        // Few different high halves, so that slots collide.
        let key = (number % 17, number)
        #expect(window.contains(key) == queue.contains(number))
        if !queue.contains(number) {
          window.insert(key)
          queue.append(number)
          if queue.count > capacity { queue.removeFirst() }
        }
        #expect(window.count == queue.count)
      }
    }
  }

  @Test func ringsKeepTheNewestInOrder() {
    var chance = SeededGenerator.announced("ring against an array")
    var ring = Ring<Int>()
    var naive: [Int] = []
    for step in 0..<20_000 {
      let dropped = ring.append(step, capacity: 37)
      naive.append(step)
      #expect(dropped == (naive.count > 37 ? naive.removeFirst() : nil))
      if chance.chance(0.05) {
        let divisor = 2 + chance.below(5)
        ring.keep { $0 % divisor != 0 }
        naive.removeAll { $0 % divisor == 0 }
      }
      #expect(ring.elements == naive)
      for age in naive.indices { #expect(ring[newest: age] == naive[naive.count - 1 - age]) }
    }
    #expect(ring.append(1, capacity: 0) == nil)
  }

  private func with<Result>(_ text: String, _ body: (RecordView) -> Result) -> Result {
    let bytes = Array(text.utf8)
    return RecordView.over(bytes, 0..<bytes.count) { body($0) }
  }
}
