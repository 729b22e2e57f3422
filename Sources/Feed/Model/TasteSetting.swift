/// What a user says of their own taste, in place of what was learned. A list that is nil stays as
/// it is; an empty one forgets.
public struct TasteSetting: Equatable, Sendable {
  /// Something liked, or disliked where the weight is negative.
  public struct Liking: Equatable, Sendable {
    /// An author, a topic, a type or an item.
    public var name: String
    /// In the unit of `world.action_strength`: what a deed of that strength would add.
    public var weight: Float

    /// Makes a liking.
    public init(_ name: String, _ weight: Float) {
      self.name = name
      self.weight = weight
    }
  }

  /// The user.
  public var user: String
  /// Topics that they chose.
  public var interests: [String]?
  /// Topics.
  public var topics: [Liking]?
  /// Authors; those that nobody knows are left out.
  public var authors: [Liking]?
  /// Types.
  public var types: [Liking]?
  /// Items that others should lie near; those that are not there are left out. Given, it also takes
  /// the place of what the user did: earlier deeds no longer say what they like.
  public var items: [Liking]?
  /// When.
  public var time: Timestamp

  /// Entries of a list at most.
  public static let entriesMax = 100

  /// A setting that changes nothing yet.
  public init(user: String, time: Timestamp) {
    self.user = user
    self.time = time
  }
}
