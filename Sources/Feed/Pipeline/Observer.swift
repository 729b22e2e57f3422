/// Learns of a page after it was answered: the log of what was shown, metrics.
///
/// An observer holds nobody up: it is called after the answer, may be called by several threads at
/// once, and can't change the page.
public protocol Observer: Sendable {
  /// Notes a page that was served; `set` is what it was cut from.
  func served(_ page: Page, of set: RankedSet)
}
