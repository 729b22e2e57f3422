internal import Feed
internal import JSON

/// Reads profiles and follows.
enum PeopleDecoder {
  /// Topics in one profile.
  static let interestsMax = 16

  private static let profileKeys = JSONKeys(["user_id", "region", "language", "interests"])
  private static let followKeys = JSONKeys(["follower_id", "followee_id", "weight"])

  /// The profile of a row.
  ///
  /// - Parameter user: whose it is, when the path says so; nil = the row must say `user_id`.
  static func profile(
    _ row: JSONValue, user: String?, received: Timestamp
  ) throws(Problem) -> Profile {
    var profile = Profile(user: user ?? "")
    profile.time = received
    do throws(JSONError) {
      try row.forEachMember(of: profileKeys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch key {
        case 0:
          guard user == nil else { throw value.error(.unknownKey, "the path names the user") }
          profile.user = try person(value)
        case 1: profile.region = try value.identifier(maxBytes: ItemDecoder.termBytesMax)
        case 2: profile.language = try value.identifier(maxBytes: ItemDecoder.termBytesMax)
        default:
          for interest in try value.elements(maxCount: interestsMax) {
            profile.interests.append(
              try interest.identifier(maxBytes: ItemDecoder.termBytesMax))
          }
        }
      }
      if profile.user.isEmpty { throw row.missing("user_id") }
    } catch {
      throw identity(error, key: "user_id", isTold: user != nil)
    }
    return profile
  }

  /// The follow of a row.
  ///
  /// - Parameters:
  ///   - follower: the token's user; nil = the row must say `follower_id`.
  ///   - followee: as the path says; nil = the row must say `followee_id`.
  static func follow(
    _ row: JSONValue, follower: String?, followee: String?, received: Timestamp
  ) throws(Problem) -> Follow {
    var follow = Follow(follower: follower ?? "", followee: followee ?? "", time: received)
    do throws(JSONError) {
      try row.forEachMember(of: followKeys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch key {
        case 0:
          guard follower == nil else {
            throw value.error(.unknownKey, "the follower is the token's user")
          }
          follow.follower = try person(value)
        case 1:
          guard followee == nil else { throw value.error(.unknownKey, "the path names whom") }
          follow.followee = try person(value)
        default: follow.weight = Float(try value.double(in: 0.01...1))
        }
      }
      if follow.follower.isEmpty { throw row.missing("follower_id") }
      if follow.followee.isEmpty { throw row.missing("followee_id") }
      if follow.follower == follow.followee {
        throw row.error(.invalid, "nobody follows themselves")
      }
    } catch {
      throw identity(error, key: "follower_id", isTold: follower != nil)
    }
    return follow
  }

  private static func person(_ value: JSONValue) throws(JSONError) -> String {
    let id = try value.identifier(maxBytes: Identifier.bytesMax)
    guard Tokens.isUser(id) else {
      throw value.error(.invalid, "anonymous sessions can't be named")
    }
    return id
  }

  /// A name that only a token may give is a fault of identity, not of form.
  private static func identity(_ error: JSONError, key: String, isTold: Bool) -> Problem {
    var problem = Problem(error)
    if isTold, error.code == .unknownKey, error.pointer.hasSuffix("/" + key) {
      problem.code = .identityFromToken
    }
    return problem
  }
}
