/// Everything that can happen. The log holds events and nothing else; all other state is a fold
/// over them.
public enum Event: Equatable, Sendable {
  case itemPublished(Item)
  case itemChanged(Item)
  case itemDeleted(ItemDeletion)
  case profile(Profile)
  case userErased(UserErasure)
  case follow(Follow)
  case unfollow(Follow)
  case interaction(Interaction)
  case pageServed(PageServed)
  case itemVector(ItemVector)
  case spaceSwitched(SpaceSwitch)
  case tasteSet(TasteSetting)
}

/// What a record holds. Raw values are written to disk and never reused.
public enum EventKind: UInt8, CaseIterable, Sendable {
  case itemPublished = 1
  case itemChanged, itemDeleted, profile, userErased, follow, unfollow, interaction, pageServed
  case itemVector, spaceSwitched, tasteSet

  /// Whether events of this kind leave the log once they are past the retention and inside two
  /// snapshots. Items, users and follows stay.
  public var isPruned: Bool { self == .interaction || self == .pageServed }
}

/// An item: a post, a video, a product, an article.
public struct Item: Equatable, Sendable {
  /// The item's own identifier.
  public var id: String
  /// The user who made it; empty when nobody did (a shop's product).
  public var author = ""
  /// What it is: "post", "video", "product"…
  public var contentType = "post"
  /// One line that people read.
  public var title = ""
  /// Longer text; used for the vector, kept in the log only.
  public var text = ""
  /// What it is about; the first tag stands for the topic when none is given.
  public var tags: [String] = []
  /// The topic that affinities are kept for.
  public var topic = ""
  /// Where it stands in the catalogue.
  public var category = ""
  /// A BCP 47 tag; empty = any.
  public var language = ""
  /// The region it is meant for; empty = everywhere.
  public var region = ""
  /// When it was made.
  public var created: Timestamp = .zero
  /// When it leaves every page; zero = never.
  public var expires: Timestamp = .zero
  /// Its vector; empty = made from the text.
  public var embedding: [Float] = []
  /// Makes a retry safe; empty = none.
  public var eventID = ""

  /// An item with defaults for all but its identifier.
  public init(id: String) { self.id = id }
}

/// Takes an item out of every page.
public struct ItemDeletion: Equatable, Sendable {
  /// The item.
  public var id: String
  /// When.
  public var time: Timestamp

  /// Makes a deletion.
  public init(id: String, time: Timestamp) {
    self.id = id
    self.time = time
  }
}

/// What a user says of themselves.
public struct Profile: Equatable, Sendable {
  /// The user.
  public var user: String
  /// Where they are; empty = unknown.
  public var region = ""
  /// What they read, as a BCP 47 tag; empty = any.
  public var language = ""
  /// Topics they chose.
  public var interests: [String] = []
  /// When.
  public var time: Timestamp = .zero

  /// A profile with defaults for all but the user.
  public init(user: String) { self.user = user }
}

/// Removes a user and all that was kept of them.
public struct UserErasure: Equatable, Sendable {
  /// The user.
  public var user: String
  /// When.
  public var time: Timestamp

  /// Makes an erasure.
  public init(user: String, time: Timestamp) {
    self.user = user
    self.time = time
  }
}

/// A directed edge of the follow graph.
public struct Follow: Equatable, Sendable {
  /// Who follows.
  public var follower: String
  /// Whom.
  public var followee: String
  /// How much, above 0 and at most 1; an unfollow ignores it.
  public var weight: Float
  /// When.
  public var time: Timestamp

  /// Makes an edge.
  public init(follower: String, followee: String, weight: Float = 1, time: Timestamp) {
    self.follower = follower
    self.followee = followee
    self.weight = weight
    self.time = time
  }
}

/// What a user did.
public struct Interaction: Equatable, Sendable {
  /// Who.
  public var user: String
  /// What.
  public var action: Action
  /// The item, or the author when `targetIsAuthor`.
  public var target: String
  /// Whether `target` names an author.
  public var targetIsAuthor = false
  /// Milliseconds for dwell, milliseconds in view for an impression, seconds for watch and complete,
  /// otherwise 0.
  public var value: Float = 0
  /// The item's place over all pages of the ranking, from 1; 0 = unknown.
  public var position: UInt16 = 0
  /// When it happened, by the client's clock.
  public var time: Timestamp
  /// Makes a retry safe; empty = none.
  public var eventID = ""
  /// Bounds a visit; empty = by a pause of half an hour.
  public var session = ""
  /// The page that showed the item; empty = unknown.
  public var requestID = ""
  /// Whether an unknown item is made on the spot (trusted writers only).
  public var createsItem = false

  /// An interaction with defaults for the rest.
  public init(user: String, action: Action, target: String, time: Timestamp) {
    self.user = user
    self.action = action
    self.target = target
    self.time = time
  }
}
