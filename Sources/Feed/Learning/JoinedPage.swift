/// A page whose labels are complete, as the joiner emits it.
public struct JoinedPage: Equatable, Sendable {
  /// Where the page stands in the log.
  public var offset: Offset
  /// When the log took it in.
  public var received: Timestamp
  /// Whether it was emitted before its windows had passed.
  public var isEarly: Bool
  /// The page's record, byte for byte; empty where the joiner keeps none.
  public var record: [UInt8]
  /// What came of each shown item, in the order of `PageServed.entries`.
  public var labels: [EntryLabels]

  /// The page as it was served.
  ///
  /// - Throws: `.truncated` where the joiner kept no record.
  public func page() throws(DecodeError) -> PageServed {
    let event = try RecordView.over(record, 0..<record.count) { view throws(DecodeError) in
      try Event.decode(view)
    }
    guard case .pageServed(let page) = event else { throw .truncated }
    return page
  }
}
