extension Route {
  /// Why somebody whose credentials are good may not call this, and what a program does that wants
  /// what users get.
  func refusal(of caller: Caller) -> String {
    let allowed = "This call is for: \(callers.names.joined(separator: ", "))."
    guard case .key = caller, callers.contains(.user) else { return allowed }
    let otherwise =
      operation == "feed"
      ? "; or ask with a service key for /api/v1/recommendations?surface=home&user_id=USER." : "."
    return allowed
      + " A key is no user: make a token for one (updraft keys token --data DIR --user USER, or "
      + "your own issuer's) and send that" + otherwise
  }
}
