extension Engine {
  /// Reads the served pages of the log beside the writer, in order, until `body` returns false;
  /// records that can't be read are left out.
  ///
  /// - Parameter body: gets each page and its offset.
  public func scanPages(
    after offset: Offset, _ body: (Offset, PageServed) -> Bool
  ) throws(LogError) {
    try log.scan(after: offset) { offset, record in
      guard let kind = try? record.kind(), kind == .pageServed,
        case .pageServed(let page)? = try? Event.decode(record)
      else { return true }
      return body(offset, page)
    }
  }
}
