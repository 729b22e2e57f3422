internal import Feed
internal import Lab
internal import Server

/// The people of the demo, whom anybody may be.
struct DemoTown: DemoUsers {
  private let people: [DemoUser]
  private let places: [String: Int]

  /// The people of a world, as its past speaks of them; those who write come first.
  init(_ world: SeededWorld, history: [EventBatch]) {
    var profiles: [String: Profile] = [:]
    var follows: [String: Int] = [:]
    for batch in history {
      for index in 0..<batch.count {
        let event = try? RecordView.over(batch.bytes, batch.range(index)) { record in
          try Event.decode(record)
        }
        switch event {
        case .profile(let profile): profiles[profile.user] = profile
        case .follow(let edge): follows[edge.follower, default: 0] += 1
        default: break
        }
      }
    }
    people = world.userNames.map { name in
      DemoUser(
        id: name, region: profiles[name]?.region ?? "", follows: follows[name] ?? 0,
        interests: profiles[name]?.interests ?? [])
    }
    places = Dictionary(people.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  /// Whom the demo shows first.
  var first: String { people.first?.id ?? "" }

  func find(_ query: String, limit: Int) -> [DemoUser] {
    let wanted = query.lowercased()
    if wanted.isEmpty { return Array(people.prefix(limit)) }
    // Whoever has exactly this name comes first.
    let exact = places[query].map { [people[$0]] } ?? []
    let others = people.lazy.filter { person in
      person.id != query
        && (person.id.contains(wanted) || person.region.contains(wanted)
          || person.interests.contains { $0.contains(wanted) })
    }
    return Array((exact + others.prefix(limit)).prefix(limit))
  }
}
