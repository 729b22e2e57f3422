internal import Feed
internal import HTTP
internal import JSON

/// Profiles and follows, and what a user may see and have erased.
enum PeopleRoutes {
  static let all: [Route] = [
    Route(
      method: .put, path: "/v1/users/{id}", operation: "putUser", summary: "Sets a profile.",
      callers: [.user, .service], body: .init("ProfileInput"), success: .init("UserWritten"),
      handle: putUser),
    Route(
      method: .put, path: "/v1/follows/{followee}", operation: "follow", summary: "Follows a user.",
      callers: [.user, .service], body: .init("FollowBody", isRequired: false),
      success: .init("Followed"),
      handle: follow),
    Route(
      method: .delete, path: "/v1/follows/{followee}", operation: "unfollow",
      summary: "Ends a follow.", callers: [.user, .service],
      parameters: [.init("follower_id", "Who follows; for service keys only.")],
      success: .init("Unfollowed"), mayBeEmpty: "There was no such follow.", handle: unfollow),
    Route(
      method: .get, path: "/v1/me", operation: "me", summary: "All that is kept of the user.",
      callers: .user, success: .init("User"), handle: me),
    Route(
      method: .get, path: "/v1/me/taste", operation: "taste",
      summary: "What the user is taken to like, in the form in which it can be set.",
      callers: .user, success: .init("TasteInput"), handle: taste),
    Route(
      method: .put, path: "/v1/me/taste", operation: "putTaste",
      summary: "Sets what the user likes in place of what was learned; a list that is left out "
        + "stays, an empty one forgets.",
      callers: .user, body: .init("TasteInput"), success: .init("UserWritten"), handle: putTaste),
    Route(
      method: .delete, path: "/v1/me", operation: "eraseMe",
      summary: "Erases the user, their posts and follows.", callers: .user,
      success: .init("Erased"), mayBeEmpty: "Nothing was kept of the user.", handle: erase),
  ]

  @Sendable private static func putUser(_ call: Call) throws(Problem) {
    let id = try call.capture()
    if let user = call.caller.user, user != id {
      throw Problem(.forbidden, "A profile is set by its user.")
    }
    guard Tokens.isUser(id) else { throw Problem(.notFound, "There is no such user.") }
    let profile = try SingleWrite.object(call) { (row) throws(Problem) in
      try PeopleDecoder.profile(row, user: id, received: call.received)
    }
    SingleWrite.submit(call, .profile(profile)) { json in json.member("user_id", id) }
  }

  @Sendable private static func follow(_ call: Call) throws(Problem) {
    let followee = try call.capture()
    guard Tokens.isUser(followee) else { throw Problem(.notFound, "There is no such user.") }
    let follow: Follow
    if call.exchange.body.isEmpty, let user = call.caller.user {
      guard user != followee else { throw Problem.field("", "Nobody follows themselves.") }
      follow = Follow(follower: user, followee: followee, time: call.received)
    } else {
      follow = try SingleWrite.object(call) { (row) throws(Problem) in
        try PeopleDecoder.follow(
          row, follower: call.caller.user, followee: followee, received: call.received)
      }
    }
    SingleWrite.submit(call, .follow(follow)) { json in
      json.member("follower_id", follow.follower)
      json.member("followee_id", followee)
      json.member("weight", follow.weight)
    }
  }

  @Sendable private static func unfollow(_ call: Call) throws(Problem) {
    let followee = try call.capture()
    let named = try call.identifier("follower_id")
    guard let follower = call.caller.user ?? named else {
      throw Problem.parameter("follower_id", "A service says who follows: ?follower_id=….")
    }
    let follow = Follow(follower: follower, followee: followee, time: call.received)
    SingleWrite.submit(call, .unfollow(follow), isDoneAnyway: true) { json in
      json.member("follower_id", follower)
      json.member("followee_id", followee)
      json.member("deleted", true)
    }
  }

  @Sendable private static func me(_ call: Call) throws(Problem) {
    guard let user = call.caller.user else { throw Problem(.unauthorized, "Send a token.") }
    let now = call.received
    let view = call.engine.read { $0.view(ofUser: user, at: now) } ?? UserView(id: user)
    var json = JSONWriter(capacity: 4096)
    json.object { json in write(view, into: &json) }
    call.finish(json: json.bytes)
  }

  @Sendable private static func taste(_ call: Call) throws(Problem) {
    guard let user = call.caller.user else { throw Problem(.unauthorized, "Send a token.") }
    let now = call.received
    let view = call.engine.read { $0.view(ofUser: user, at: now) } ?? UserView(id: user)
    var json = JSONWriter(capacity: 2048)
    json.object { json in
      json.member("interests", view.interests)
      write("topics", settable(view.topics), "topic", into: &json)
      write("authors", settable(view.authors), "author_id", into: &json)
      write("types", settable(view.types), "content_type", into: &json)
      write("items", settable(view.near), "item_id", into: &json)
    }
    call.finish(json: json.bytes)
  }

  /// The part of a list that can be set again.
  private static func settable(_ list: [UserView.Affinity]) -> [UserView.Affinity] {
    let most = Float(TasteDecoder.weightMax)
    return list.prefix(TasteSetting.entriesMax).map { entry in
      var entry = entry
      entry.strength = min(max(entry.strength, -most), most)
      return entry
    }
  }

  @Sendable private static func putTaste(_ call: Call) throws(Problem) {
    guard let user = call.caller.user else { throw Problem(.unauthorized, "Send a token.") }
    let setting = try SingleWrite.object(call) { (row) throws(Problem) in
      try TasteDecoder.setting(row, user: user, received: call.received)
    }
    SingleWrite.submit(call, .tasteSet(setting)) { json in json.member("user_id", user) }
  }

  @Sendable private static func erase(_ call: Call) throws(Problem) {
    guard let user = call.caller.user else { throw Problem(.unauthorized, "Send a token.") }
    let erasure = UserErasure(user: user, time: call.received)
    SingleWrite.submit(call, .userErased(erasure), isDoneAnyway: true) { json in
      json.member("user_id", user)
      json.member("erased", true)
    }
  }

  private static func write(_ view: UserView, into json: inout JSONWriter) {
    json.member("user_id", view.id)
    json.member("region", view.region)
    json.member("language", view.language)
    json.member("interests", view.interests)
    write("topics", view.topics, "topic", into: &json)
    write("authors", view.authors, "author_id", into: &json)
    write("types", view.types, "content_type", into: &json)
    json.member("muted", view.muted)
    json.member("blocked", view.blocked)
    json.member("hidden", view.hidden)
    json.member("follows", view.following.count)
    write("following", view.following, "author_id", into: &json)
    json.member("followers", view.followers)
    json.member("seen", view.seen)
    json.array("actions") { json in
      for deed in view.actions {
        json.object { json in
          json.member("item_id", deed.item)
          json.member("event", deed.action.name)
          json.member("timestamp", TimestampText.text(deed.time))
        }
      }
    }
  }

  private static func write(
    _ name: String, _ list: [UserView.Affinity], _ key: String, into json: inout JSONWriter
  ) {
    json.array(name) { json in
      for entry in list {
        json.object { json in
          json.member(key, entry.name)
          json.member("weight", entry.strength)
        }
      }
    }
  }
}
