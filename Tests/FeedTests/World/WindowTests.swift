import Feed
import TestKit
import Testing

@Suite struct WindowTests {
  /// Every event in a list, counted anew for each question.
  struct NaiveWindows {
    var events: [(row: UInt32, channel: Channel, second: UInt32)] = []

    func count(_ row: UInt32, _ channel: Channel, _ window: Window, second: UInt32) -> Int {
      events.count { event in
        guard event.row == row, event.channel == channel, event.second / 60 <= second / 60 else {
          return false
        }
        return window == .day
          ? second / 3600 - event.second / 3600 < 24
          : Int(second / 60 - event.second / 60) < window.rawValue
      }
    }
  }

  @Test func countsAsAListOfEventsDoes() {
    var chance = SeededGenerator.announced("windows against a list")
    for _ in 0..<20 {
      var windows = WindowStore(blocksMax: 1_000)
      var naive = NaiveWindows()
      var now: UInt32 = 1_767_225_600
      for _ in 0..<400 {
        now += UInt32(chance.chance(0.02) ? chance.below(90_000) : chance.below(240))
        let lateness = UInt32(chance.chance(0.2) ? chance.below(90_000) : chance.below(30))
        let row = UInt32(chance.below(3))
        let channel = Channel.allCases[chance.below(3)]
        windows.add(row, channel, second: now - lateness)
        naive.events.append((row, channel, now - lateness))
        windows.sweep(second: now)
        for window in Window.allCases {
          let asked = now + UInt32(chance.below(4_000))
          let row = UInt32(chance.below(4))
          #expect(
            windows.count(row, channel, window, second: asked)
              == naive.count(row, channel, window, second: asked))
        }
      }
    }
  }

  @Test func theOrderOfEventsDoesNotMatter() {
    var chance = SeededGenerator.announced("windows in any order")
    let now: UInt32 = 1_767_225_600
    // Within the hour that the shorter windows cover.
    var seconds = (0..<60).map { _ in now - UInt32(chance.below(3_600)) }
    var expected: [Int]?
    for _ in 0..<1_000 {
      seconds.shuffle(using: &chance)
      var windows = WindowStore(blocksMax: 10)
      for second in seconds { windows.add(0, .click, second: second) }
      let counts = Window.allCases.map { windows.count(0, .click, $0, second: now) }
      if let expected { #expect(counts == expected) } else { expected = counts }
    }
    #expect(expected?.last == 60)
  }

  @Test func removingAnItemFreesItsBlocksForOthers() {
    var windows = WindowStore(blocksMax: 2)
    windows.add(0, .click, second: 6_000)
    windows.add(0, .like, second: 6_000)
    windows.add(1, .click, second: 6_000)
    #expect(windows.refused == 1)
    windows.removeAll(0)
    windows.add(1, .click, second: 6_060)
    #expect(windows.count == 1)
    #expect(windows.count(1, .click, .minutes5, second: 6_060) == 1)
    #expect(windows.count(0, .click, .minutes5, second: 6_060) == 0)
  }
}
