import Foundation
import Lab

/// The news surface by its definition: every sum taken anew from the list of clicks.
struct NaiveNews {
  private var clicks: [ClickLog.Click] = []
  private var sessions: [UInt32: [UInt32]] = [:]
  private var joins: [(after: UInt32, next: UInt32, weight: Double, second: Double)] = []

  private func decay(_ seconds: Double, _ minutes: Double) -> Double {
    Foundation.exp2(-seconds / (minutes * 60))
  }

  /// Items of the session, without repeats in a row.
  func past(_ session: UInt32) -> [UInt32] { sessions[session] ?? [] }

  /// The best items for a session, best first, with their scores.
  func page(_ session: UInt32, at time: Int64) -> [(item: UInt32, score: Double)] {
    let now = Double(time / 1000)
    let past = self.past(session)
    var last: [UInt32] = []
    for item in past.reversed() where !last.contains(item) && last.count < 3 { last.append(item) }
    var burst: [UInt32: Double] = [:]
    var short: [UInt32: Double] = [:]
    for click in clicks {
      burst[click.item, default: 0] += decay(now - Double(click.time / 1000), 5)
      short[click.item, default: 0] += decay(now - Double(click.time / 1000), 30)
    }
    var rules: [UInt32: Double] = [:]
    var next: [UInt32: Double] = [:]
    var total = 0.5
    var nextTotal = 0.5
    for (place, item) in last.enumerated() {
      for join in joins where join.after == item {
        let weight = join.weight * decay(now - join.second, 30)
        rules[join.next, default: 0] += weight / Double(place + 1)
        total += weight / Double(place + 1)
        if place == 0 {
          next[join.next, default: 0] += weight
          nextTotal += weight
        }
      }
    }
    func lift(_ value: Double) -> Double { log((value + 0.001) / 0.001) }
    var page: [(item: UInt32, score: Double)] = []
    for (item, count) in burst where !past.contains(item) {
      let score =
        0.85 * log(1 + count) - 0.5 * log(1 + (short[item] ?? 0))
        + 0.43 * lift((next[item] ?? 0) / nextTotal) + 0.39 * lift((rules[item] ?? 0) / total)
      page.append((item, score))
    }
    return Array(page.sorted { $0.score > $1.score }.prefix(20))
  }

  mutating func learn(_ click: ClickLog.Click) {
    clicks.append(click)
    var past = self.past(click.session)
    if past.last != click.item {
      for (place, item) in past.reversed().prefix(3).enumerated() where item != click.item {
        joins.append((item, click.item, 1 / Double(place + 1), Double(click.time / 1000)))
      }
      past.append(click.item)
    }
    sessions[click.session] = past
  }
}
