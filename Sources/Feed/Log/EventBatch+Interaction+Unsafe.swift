extension EventBatch {
  /// What stands before the texts of an interaction's record.
  public struct InteractionHead: Sendable {
    /// What.
    public var action: Action
    /// When the program took it in.
    public var received: Timestamp
    /// When it happened, by the client's clock.
    public var time: Timestamp
    /// Milliseconds or seconds, by the action.
    public var value: Float = 0
    /// The item's place over all pages of the ranking, from 1; 0 = unknown.
    public var position: UInt16 = 0
    /// Whether the target is an author.
    public var targetIsAuthor = false
    /// Whether an unknown item is made on the spot.
    public var createsItem = false

    /// A head with defaults for the rest.
    public init(action: Action, received: Timestamp, time: Timestamp) {
      self.action = action
      self.received = received
      self.time = time
    }
  }

  /// The texts of an interaction in the order of its record.
  public enum InteractionText: Int, CaseIterable, Sendable {
    case user, target, event, session, request
  }

  /// Begins the record of an interaction: the way from a parser's bytes into the log without a
  /// `String`. Texts follow in the order of `InteractionText`, each at most once; a text that does
  /// not come is empty. `end` or `cancel` closes the record.
  ///
  /// - Returns: where the record begins.
  @inline(__always)
  public mutating func begin(_ head: InteractionHead) -> Int {
    let start = bytes.count
    bytes.append(RecordFormat.version)
    bytes.append(EventKind.interaction.rawValue)
    bytes.append(head.action.rawValue)
    bytes.append(0)
    bytes.put(head.received.milliseconds)
    bytes.put(head.time.milliseconds)
    bytes.put(head.value.bitPattern)
    bytes.put(UInt32(0))
    bytes.append(0)
    bytes.append((head.targetIsAuthor ? 1 : 0) | (head.createsItem ? 2 : 0))
    bytes.put(head.position)
    return start
  }

  /// Appends a text of the record that begins at `start`; bytes beyond 255 are cut.
  @inline(__always)
  public mutating func put(_ text: Span<UInt8>, as place: InteractionText, of start: Int) {
    // Safe: the buffer is read inside the call that lends it, with its own length.
    unsafe text.withUnsafeBufferPointer { utf8 in
      let part = unsafe UnsafeBufferPointer(rebasing: utf8.prefix(255))
      unsafe bytes.append(contentsOf: part)
      bytes[start + 24 + place.rawValue] = UInt8(part.count)
    }
  }

  /// Closes the record.
  @inline(__always)
  public mutating func end() { ends.append(bytes.count) }

  /// Takes back the record that begins at `start`.
  public mutating func cancel(_ start: Int) { bytes.removeLast(bytes.count - start) }
}
