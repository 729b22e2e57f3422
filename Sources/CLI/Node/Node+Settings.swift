internal import Feed
internal import Stores

extension Node {
  /// Refuses other world settings than those of the server that the folder belongs to, before the
  /// engine starts.
  ///
  /// A start under others makes everything anew: graphs of spaces that they do not name are
  /// dropped, digests and snapshots are of a state that the server never had. Who wants other
  /// settings starts the server with them; a command on the side was only told the wrong file. More
  /// spaces do no harm.
  func requireServersSettings() throws {
    let mark = try log.marks(limit: 1).first
    let snapshot = try engine.snapshots?.generations().first { $0.failure == nil }
    var newest = (offset: Offset.zero, settings: UInt64(0), what: "")
    if let snapshot {
      newest = (snapshot.offset, snapshot.configuration, "\(snapshot.name) was made")
    }
    // A server that stops takes its snapshot first.
    if let mark, mark.offset >= newest.offset {
      newest = (mark.offset, mark.configuration, "its newest digest was noted")
    }
    let settings = engine.configuration.world
    if newest.offset > .zero {
      if Self.extends(newest.settings, settings) { return }
    } else {
      // Graphs may have been written before anything else that tells the settings.
      let other = try graphs.names().first {
        $0.space != "text" && settings.spaces[$0.space] == nil
      }
      guard let other else { return }
      newest.what = "the graph of its space '\(other.space)' was made"
    }
    throw Failure(
      "other-settings",
      "\(directory.path): \(newest.what) under other world settings (the block `world`) than "
        + "those of this command, under which its snapshots and graphs would be dropped; name the "
        + "server's file with --config. To change the settings, start and stop the server with "
        + "them: updraft serve")
  }

  /// Whether settings are those of a digest, or those with more spaces, by which nothing is lost.
  private static func extends(_ digest: UInt64, _ settings: WorldSettings) -> Bool {
    let names = settings.spaces.keys.sorted().prefix(8)
    return (0..<1 << names.count).contains { dropped in
      var fewer = settings
      for (place, name) in names.enumerated() where dropped >> place & 1 != 0 {
        fewer.spaces[name] = nil
      }
      return fewer.digest == digest
    }
  }
}
