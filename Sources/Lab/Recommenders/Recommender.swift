/// A trained model that scores every item for the users that it was trained on.
///
/// It ranks, and does not judge: what a user has turned to already is scored like all else, and
/// left out by whoever makes lists. Scores of one user compare with each other, not with another's.
public protocol Recommender: Sendable {
  /// How many items are scored for each user.
  var items: Int { get }

  /// Writes the scores of all items for users, one user after another.
  ///
  /// - Parameters:
  ///   - users: numbers of users of the training.
  ///   - scores: `users.count * items` numbers are put there, in place of what it held.
  func score(_ users: Range<Int>, into scores: inout [Float])
}
