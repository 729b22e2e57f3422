extension PageServed {
  /// The record of a page, for who makes pages without an engine.
  ///
  /// - Parameters:
  ///   - time: when it was served.
  ///   - sampleRate: the share of such pages that is written.
  package init(_ page: Page, of set: RankedSet, time: Timestamp, sampleRate: Double) {
    self.init(PageDesk.Entry(page: page, set: set, time: time, sampleRate: sampleRate))
  }
}
