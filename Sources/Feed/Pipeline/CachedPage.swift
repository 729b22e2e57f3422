internal import Sync

/// The first page of a set as it was served, with what tells whether it is still true, and a place
/// for its bytes on the wire.
public final class CachedPage: Sendable {
  /// The page.
  public let page: Page
  /// What it was cut from.
  public let set: RankedSet
  /// `Freshness.removals` when its rows were last checked.
  let removals: UInt64
  /// `Freshness.celebrityPosts` when it was last checked.
  let celebrityPosts: UInt64
  /// The second at which the first of its items comes to its end; `.max` = never.
  let endsAt: UInt32
  private let slot = Once<Box>()

  private final class Box: Sendable {
    let value: any AnyObject & Sendable
    init(_ value: any AnyObject & Sendable) { self.value = value }
  }

  init(_ page: Page, of set: RankedSet, _ freshness: Freshness, endsAt: UInt32) {
    self.page = page
    self.set = set
    self.endsAt = endsAt
    removals = freshness.removals
    celebrityPosts = freshness.celebrityPosts
  }

  /// What was rendered from the page; nil until `keep`.
  public var rendered: (any AnyObject & Sendable)? { slot.load()?.value }

  /// Keeps what was rendered from the page; the first to come is kept and given to all.
  @discardableResult
  public func keep(rendered value: any AnyObject & Sendable) -> any AnyObject & Sendable {
    slot.storeIfNil(Box(value)).value
  }
}
