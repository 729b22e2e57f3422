import Feed
import TestKit

/// Drawn events of every kind, over a few users, authors and items.
enum Chaos {
  static let users = 12
  static let authors = 8

  /// Applies so many events.
  static func fill(_ scene: Scene, events: Int, _ chance: inout SeededGenerator) {
    for _ in 0..<events { step(scene, &chance) }
  }

  /// Applies one event.
  static func step(_ scene: Scene, _ chance: inout SeededGenerator) {
    scene.clock.advance(milliseconds: Int64(chance.below(5_000)))
    let user = "u\(chance.below(users))"
    let author = "u\(chance.below(authors))"
    let known = max(1, Int(scene.world.tally.applied / 4))
    let item = "i\(chance.below(known))"
    switch chance.below(20) {
    case 0...5: post(scene, author, &chance)
    case 6...11:
      let actions: [Action] = [.impression, .impression, .click, .click, .like, .skip, .hide]
      scene.act(user, actions[chance.below(actions.count)], item)
    case 12...13: scene.follow(user, author, weight: Float(1 + chance.below(10)) / 10)
    case 14: scene.unfollow(user, author)
    case 15: scene.act(user, chance.chance(0.4) ? .mute : .unmute, author, onAuthor: true)
    case 16: scene.act(user, chance.chance(0.4) ? .block : .unblock, author, onAuthor: true)
    case 17...18: scene.delete(item)
    default:
      scene.describe(
        user, region: ["", "FI", "SE"][chance.below(3)], language: ["", "fi"][chance.below(2)],
        interests: ["t\(chance.below(4))"])
    }
  }

  private static func post(_ scene: Scene, _ author: String, _ chance: inout SeededGenerator) {
    let id = "i\(scene.world.tally.applied / 4)"
    let expires = chance.chance(0.2)
    let life = Int64(chance.below(200_000))
    let region = ["", "", "FI", "SE"][chance.below(4)]
    let language = ["", "", "fi", "en"][chance.below(4)]
    let topic = chance.below(4)
    let word = chance.below(20)
    scene.post(id, by: author) {
      $0.title = "word\(word) about t\(topic)"
      $0.topic = "t\(topic)"
      $0.category = "c\(topic % 2)"
      $0.region = region
      $0.language = language
      if expires { $0.expires = scene.clock.now.advanced(milliseconds: life) }
    }
  }
}
