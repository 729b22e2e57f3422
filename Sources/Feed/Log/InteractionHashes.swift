/// The hashes by which the fold finds what an interaction is about.
struct InteractionHashes {
  /// Of the user's identifier.
  let user: UInt64
  /// Of the target's identifier.
  let target: UInt64
  /// Of the event's identifier in the scope of the user; zeros when it has none.
  let event: (UInt64, UInt64)

  /// Computes them.
  @inline(__always)
  init(_ view: InteractionView) {
    user = view.user.hash(seed: 0)
    target = view.target.hash(seed: 0)
    event =
      view.eventID.count > 0 ? DedupWindow.key(scope: view.user, id: view.eventID) : (0, 0)
  }
}
