extension World {
  /// Makes a change of the engagement, or notes it for the folder that has the engagement.
  @inline(__always)
  mutating func change(_ change: Engagement.Change) {
    if folder == nil { engagement.apply(change) } else { deferred.append(change) }
  }

  /// Lends the engagement to a folder, which makes changes from now on; nothing else of the World
  /// than `apply` may be used until `settle`.
  ///
  /// While references to dropped rows are searched for, the fold reads the engagement at every
  /// step, and keeps it.
  mutating func lend(to folder: EngagementFolder) {
    guard self.folder == nil, !sweep.isRunning else { return }
    folder.exchange(&engagement)
    self.folder = folder
  }

  /// Hands the folder, if there is one, what is to be changed.
  mutating func handOver() {
    guard !deferred.isEmpty else { return }
    folder?.hand(over: &deferred)
  }

  /// Takes the engagement back with every change made.
  mutating func settle() {
    guard let folder else { return }
    handOver()
    folder.exchange(&engagement)
    self.folder = nil
  }
}
