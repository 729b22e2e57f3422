/// What items are crossed with in one request: a key for each value that is there.
///
/// Keys are hashes of texts, not of rows, so that a page of the log means the same in every
/// process.
enum OnlineKeys {
  /// Keys of one request at most.
  static let max = 16

  /// Sets `keys` to those of a request.
  static func find(
    _ crosses: [OnlineCross], _ world: borrowing World, _ context: RankingContext,
    into keys: inout [UInt64]
  ) {
    keys.removeAll(keepingCapacity: true)
    let items = latest(world, context)
    for cross in crosses {
      switch cross {
      case .item: keys.append(cross.key(0))
      case .lastItem: if items.0 != .max { keys.append(cross.key(item(items.0, world))) }
      case .previousItem: if items.1 != .max { keys.append(cross.key(item(items.1, world))) }
      case .region:
        if context.region != 0 {
          keys.append(cross.key(text(world.regions.text(context.region))))
        }
      case .context: for hash in context.words { keys.append(cross.key(hash)) }
      }
    }
    if keys.count > max { keys.removeLast(keys.count - max) }
  }

  /// What stands for an item.
  static func item(_ row: UInt32, _ world: borrowing World) -> UInt64 {
    world.items.ids.withView(row) { $0.hash(seed: 0) }
  }

  /// What stands for a text; for an item's identifier the same as of its row.
  static func text(_ text: String) -> UInt64 {
    let bytes = Array(text.utf8)
    return RecordView.over(bytes, 0..<bytes.count) { $0.hash(seed: 0) }
  }

  /// The last two distinct items of the running session, the newest first; `.max` = none.
  private static func latest(
    _ world: borrowing World, _ context: RankingContext
  ) -> (UInt32, UInt32) {
    if let item = context.item { return (item.index, .max) }
    var last = UInt32.max
    let deeds = context.state.deeds
    for age in 0..<deeds.count {
      let deed = deeds[newest: age]
      guard deed.session == context.state.session else { break }
      guard world.strengths[Int(deed.action)] > 0, world.items.isLive(deed.item) else { continue }
      if last == .max {
        last = deed.item
      } else if deed.item != last {
        return (last, deed.item)
      }
    }
    return (last, .max)
  }
}
