import Feed
import TestKit

/// A log of pages and of what is done with them, as clients and networks bring it: late, twice,
/// without a request id or with a wrong one, by a clock that is off, by users who are erased.
struct JoinStream {
  private var generator: SeededGenerator
  private var now: Int64 = 1_767_225_600_000
  private var served: [PageServed] = []
  private var recent: [Event] = []
  private var requests = 0
  let users: Int

  init(_ generator: SeededGenerator, users: Int = 6) {
    self.generator = generator
    self.users = users
  }

  /// The next record.
  mutating func next() -> (event: Event, received: Timestamp) {
    now += Int64.random(in: 0...240_000, using: &generator)
    // A clock may be set back.
    let received = now - (generator.chance(0.02) ? 600_000 : 0)
    return (make(), Timestamp(milliseconds: received))
  }

  private mutating func make() -> Event {
    switch generator.below(100) {
    case 0..<22: return page()
    case 22: return .userErased(UserErasure(user: user(), time: Timestamp(milliseconds: now)))
    case 23: return .follow(Follow(follower: user(), followee: "a", time: .zero))
    case 24..<34: return recent.isEmpty ? page() : recent[generator.below(recent.count)]
    default:
      let event = Event.interaction(interaction())
      recent.append(event)
      if recent.count > 40 { recent.removeFirst() }
      return event
    }
  }

  private mutating func user() -> String { "u\(generator.below(users))" }

  private mutating func page() -> Event {
    // Pages of one request share its id; some clients name theirs themselves.
    if !generator.chance(0.15) { requests += 1 }
    var items = (0..<generator.below(6)).map { _ in "i\(generator.below(12))" }
    if generator.chance(0.1), let first = items.first { items.append(first) }
    let behind = generator.chance(0.1) ? Int64(generator.below(900_000)) : 20
    var page = PageServed(
      user: generator.chance(0.1) ? "" : user(),
      surface: generator.chance(0.5) ? "home" : "because",
      requestID: generator.chance(0.1) ? "" : "r\(requests)", offset: .zero, servedBy: 0,
      time: Timestamp(milliseconds: now - behind),
      entries: items.map { PageServed.Entry(item: $0, score: 1, sources: 1) })
    page.model = generator.chance(0.5) ? "" : "abcd"
    served.append(page)
    return .pageServed(page)
  }

  private mutating func interaction() -> Interaction {
    let action = Action.allCases[generator.below(Action.allCases.count)]
    let behind = Int64(
      generator.chance(0.1) ? generator.below(30 * 3_600_000) : generator.below(60_000))
    let skew = generator.chance(0.1) ? Int64(generator.below(600_000)) : 0
    let time = Timestamp(milliseconds: now - behind + skew)
    let back = min(served.count, generator.chance(0.3) ? 400 : 12)
    guard back > 0, !generator.chance(0.05) else {
      return Interaction(
        user: user(), action: action, target: "i\(generator.below(14))", time: time)
    }
    if generator.chance(0.1) {
      // Faster than the log of pages: the page of this request comes next.
      var event = Interaction(
        user: user(), action: action, target: "i\(generator.below(12))", time: time)
      event.requestID = "r\(requests + 1)"
      return event
    }
    let page = served[served.count - 1 - generator.below(back)]
    let item = page.entries.isEmpty ? "i0" : page.entries[generator.below(page.entries.count)].item
    var event = Interaction(
      user: generator.chance(0.05) ? user() : page.user, action: action, target: item, time: time)
    if event.user.isEmpty { event.user = user() }
    if generator.chance(0.6) { event.requestID = page.requestID }
    if generator.chance(0.5) { event.position = UInt16(generator.below(30)) }
    event.targetIsAuthor = generator.chance(0.02)
    switch action {
    case .dwell, .impression: event.value = Float.random(in: -10...90_000, using: &generator)
    case .watch, .complete: event.value = Float.random(in: 0...90, using: &generator)
    default: break
    }
    return event
  }
}
