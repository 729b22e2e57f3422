/// The users of a demo, whose tokens the server lends to anybody: for trying things out, never for
/// real users. A server that is given none has no such calls.
public protocol DemoUsers: Sendable {
  /// Users whose name or interests hold the query, the most active first.
  func find(_ query: String, limit: Int) -> [DemoUser]
}

/// A user of a demo.
public struct DemoUser: Equatable, Sendable {
  /// The user.
  public var id: String
  /// Where they are; may be empty.
  public var region: String
  /// How many they follow.
  public var follows: Int
  /// What they like.
  public var interests: [String]

  /// A user of a demo.
  public init(id: String, region: String, follows: Int, interests: [String]) {
    self.id = id
    self.region = region
    self.follows = follows
    self.interests = interests
  }
}
