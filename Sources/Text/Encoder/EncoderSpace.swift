internal import Sync

/// The memory of one pass through the encoder; one thread has it at a time.
final class EncoderSpace: Sendable {
  /// Tokens that fit.
  let tokensMax: Int
  /// tokens x hidden: what goes from layer to layer.
  let states: FloatBlock
  /// tokens x hidden: the states between the two halves of a layer.
  let between: FloatBlock
  /// tokens x hidden: what each token took from the others.
  let mixed: FloatBlock
  /// tokens x 3 hidden: queries, keys and values.
  let attention: FloatBlock
  /// tokens x inner.
  let inner: FloatBlock
  /// tokens of one text, squared.
  let scores: FloatBlock

  /// Memory for texts of together `tokensMax` tokens, of which one has at most
  /// `settings.tokensMax`.
  init(_ settings: ModelSettings, tokensMax: Int) {
    self.tokensMax = tokensMax
    states = FloatBlock(count: tokensMax * settings.hidden)
    between = FloatBlock(count: tokensMax * settings.hidden)
    mixed = FloatBlock(count: tokensMax * settings.hidden)
    attention = FloatBlock(count: tokensMax * 3 * settings.hidden)
    inner = FloatBlock(count: tokensMax * settings.inner)
    scores = FloatBlock(count: settings.tokensMax * settings.tokensMax)
  }
}

/// A fixed number of workspaces, made when they are first needed.
final class EncoderSpacePool: @unchecked Sendable {
  // Sendable: `idle` and `made` are read and written under `lock`.
  private let lock = Lock()
  private let countMax: Int
  private let make: @Sendable () -> EncoderSpace
  private var idle: [EncoderSpace] = []
  private var made = 0

  init(countMax: Int, make: @escaping @Sendable () -> EncoderSpace) {
    self.countMax = max(1, countMax)
    self.make = make
  }

  /// Runs `body` with a workspace of its own. While all are taken it waits, as long as `mayWait`
  /// says so: nil when it gave up.
  func use<Result>(mayWait: () -> Bool, _ body: (EncoderSpace) -> Result?) -> Result? {
    guard let workspace = take(mayWait: mayWait) else { return nil }
    defer { give(workspace) }
    return body(workspace)
  }

  private func take(mayWait: () -> Bool) -> EncoderSpace? {
    let taken: EncoderSpace?? = lock.withLock {
      while true {
        if let workspace = idle.popLast() { return .some(workspace) }
        if made < countMax {
          made += 1
          return .some(nil)
        }
        guard mayWait() else { return nil }
        lock.wait(milliseconds: 1)
      }
    }
    guard let taken else { return nil }
    return taken ?? make()
  }

  private func give(_ workspace: EncoderSpace) {
    lock.withLock {
      idle.append(workspace)
      lock.signalOne()
    }
  }
}
