import Feed
import TestKit
import Testing

/// What must never be shown, kept in the plainest way.
private struct Oracle {
  struct Known {
    var author: String
    var expires: Timestamp
    var region: String
    var language: String
  }

  private(set) var items: [String: Known] = [:]
  private var hidden: [String: Set<String>] = [:]
  private var seen: [String: Set<String>] = [:]
  private var acted: [String: Set<String>] = [:]
  private var muted: [String: Set<String>] = [:]
  private var blocked: [String: Set<String>] = [:]
  private var follows: [String: Set<String>] = [:]
  private var profiles: [String: Profile] = [:]
  private var read = 0

  mutating func catchUp(_ scene: Scene) {
    for entry in scene.journal[read...] where entry.outcome == .applied { note(entry.event) }
    read = scene.journal.count
  }

  private mutating func note(_ event: Event) {
    switch event {
    case .itemPublished(let item):
      items[item.id] = Known(
        author: items[item.id]?.author ?? item.author, expires: item.expires,
        region: item.region, language: item.language)
    case .itemDeleted(let deletion):
      items[deletion.id] = nil
      for user in hidden.keys { hidden[user]?.remove(deletion.id) }
      for user in seen.keys { seen[user]?.remove(deletion.id) }
      for user in acted.keys { acted[user]?.remove(deletion.id) }
    case .profile(let profile): profiles[profile.user] = profile
    case .follow(let follow): follows[follow.follower, default: []].insert(follow.followee)
    case .unfollow(let follow): follows[follow.follower]?.remove(follow.followee)
    case .interaction(let interaction): note(interaction)
    default: break
    }
  }

  private mutating func note(_ interaction: Interaction) {
    let user = interaction.user
    let target = interaction.target
    switch interaction.action {
    case .mute: muted[user, default: []].insert(target)
    case .unmute: muted[user]?.remove(target)
    case .block:
      blocked[user, default: []].insert(target)
      follows[user]?.remove(target)
    case .unblock: blocked[user]?.remove(target)
    default:
      if interaction.action == .hide { hidden[user, default: []].insert(target) }
      if interaction.action != .impression { acted[user, default: []].insert(target) }
      seen[user, default: []].insert(target)
    }
  }

  /// Why an item must not be shown to a user now, though it was ranked before; nil when it may.
  func objection(_ item: String, _ user: String, now: Timestamp) -> String? {
    guard let known = items[item] else { return "deleted" }
    if known.expires != .zero, now.seconds >= known.expires.seconds { return "expired" }
    if hidden[user]?.contains(item) == true { return "hidden" }
    if muted[user]?.contains(known.author) == true { return "muted" }
    if blocked[user]?.contains(known.author) == true { return "blocked" }
    if blocked[known.author]?.contains(user) == true { return "blocked by the author" }
    let region = profiles[user]?.region ?? ""
    if !region.isEmpty, !known.region.isEmpty, known.region != region { return "region" }
    let language = profiles[user]?.language ?? ""
    if !language.isEmpty, !known.language.isEmpty, known.language != language { return "language" }
    return nil
  }

  /// Why an item must not be ranked for a user now.
  func objectionToRanking(
    _ item: String, _ user: String, now: Timestamp, _ policy: SurfaceSettings.SeenPolicy
  ) -> String? {
    if policy == .interacted, acted[user]?.contains(item) == true { return "acted on" }
    if policy == .impressed, seen[user]?.contains(item) == true { return "seen" }
    if policy != .off, items[item]?.author == user { return "own" }
    return objection(item, user, now: now)
  }

  /// Whether a page may leave out an item of its set.
  func mayBeLeftOut(
    _ item: String, _ user: String, now: Timestamp, sources: UInt16
  ) -> Bool {
    if objection(item, user, now: now) != nil { return true }
    return sources == SourceName.followed.bit
      && follows[user]?.contains(items[item]?.author ?? "") != true
  }
}

@Suite("Pages while everything changes")
struct PagePropertyTests {
  /// A set that is being paged through.
  private struct Reading {
    var set: RankedSet
    var next: PagePosition
    var items: [String]
    var shown: Set<String>
    var rank: Int
  }

  @Test("no page shows what it must not, and cursors neither repeat nor skip")
  func pages() throws {
    var chance = SeededGenerator.announced("pages")
    for _ in 0..<4 {
      let scene = Scene {
        for surface in $0.surfaces.keys { $0.surfaces[surface]?.limitDefault = 6 }
        $0.world.celebrityFollowers = 7
        $0.world.smallAuthorFollowers = 4
      }
      try run(scene, &chance)
    }
  }

  private func run(_ scene: Scene, _ chance: inout SeededGenerator) throws {
    var oracle = Oracle()
    let maker = scene.maker()
    var readings: [Reading] = []
    var cachedPages = 0
    var laterPages = 0
    for _ in 0..<1_200 {
      Chaos.step(scene, &chance)
      oracle.catchUp(scene)
      let user = "u\(chance.below(Chaos.users))"
      let surface = ["home", "home", "recommendations", "trending"][chance.below(4)]
      let request = scene.request(user, surface)
      let isCached = maker.cached(request) != nil
      if isCached { cachedPages += 1 }
      let page = try scene.page(maker, request)
      try check(page, user, scene, oracle)
      if !page.stages.isEmpty {
        let policy = try #require(scene.configuration.surfaces[surface]).seen
        for entry in page.entries {
          let objection = oracle.objectionToRanking(
            entry.item, user, now: scene.clock.now, policy)
          #expect(objection == nil, "\(entry.item) for \(user)")
        }
      }
      if let next = page.next, let set = maker.cached(request)?.set {
        readings.append(
          Reading(
            set: set, next: next, items: scene.items(set), shown: Set(page.entries.map(\.item)),
            rank: page.entries.last?.rank ?? 0))
      }
      guard !readings.isEmpty, chance.chance(0.5) else { continue }
      let index = chance.below(readings.count)
      if try readOn(&readings[index], scene, maker, oracle) {
        laterPages += 1
      } else {
        readings.remove(at: index)
      }
    }
    #expect(cachedPages > 0 && laterPages > 50)
  }

  private func check(
    _ page: Page, _ user: String, _ scene: Scene, _ oracle: Oracle
  ) throws {
    #expect(Set(page.entries.map(\.item)).count == page.entries.count)
    for entry in page.entries {
      let objection = oracle.objection(entry.item, user, now: scene.clock.now)
      #expect(objection == nil, "\(entry.item) for \(user)")
      #expect(entry.author == oracle.items[entry.item]?.author)
    }
  }

  /// Reads one page on; false at the end.
  private func readOn(
    _ reading: inout Reading, _ scene: Scene, _ maker: PageMaker, _ oracle: Oracle
  ) throws -> Bool {
    let user = reading.set.request.user
    let page: Page
    do {
      page = try maker.page(at: reading.next, user: user, world: scene.world)
    } catch PageError.expired {
      let age = scene.clock.now.milliseconds - reading.set.scoredAt.milliseconds
      #expect(age >= scene.configuration.engine.cursorAgeMs)
      return false
    }
    try check(page, user, scene, oracle)
    for entry in page.entries {
      #expect(reading.shown.insert(entry.item).inserted, "\(entry.item) came twice")
      #expect(entry.rank > reading.rank)
      for place in reading.rank..<entry.rank - 1 where place >= reading.next.start {
        let item = reading.items[place]
        let mayBeLeftOut = oracle.mayBeLeftOut(
          item, user, now: scene.clock.now, sources: reading.set.sources(at: place))
        #expect(mayBeLeftOut, "\(item) was left out")
      }
      reading.rank = entry.rank
    }
    guard let next = page.next else { return false }
    reading.next = next
    return true
  }
}
