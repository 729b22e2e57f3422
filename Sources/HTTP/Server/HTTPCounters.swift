internal import Synchronization

/// What a server has done since it started; read them at any time from any thread.
public final class HTTPCounters: Sendable {
  private static let kinds = 14

  private let refusals = InlineArray<14, Atomic<Int>> { _ in Atomic<Int>(0) }
  let requestCount = Atomic<Int>(0)
  let acceptedCount = Atomic<Int>(0)
  let openCount = Atomic<Int>(0)
  let suspendedCount = Atomic<Int>(0)

  init() { precondition(Refusal.Kind.allCases.count == Self.kinds) }

  /// Requests given to the handler.
  public var requests: Int { requestCount.load(ordering: .relaxed) }
  /// Connections accepted, the refused ones too.
  public var connectionsAccepted: Int { acceptedCount.load(ordering: .relaxed) }
  /// Connections open now.
  public var connectionsOpen: Int { openCount.load(ordering: .relaxed) }
  /// Requests now waiting for an answer from another thread.
  public var suspended: Int { suspendedCount.load(ordering: .relaxed) }

  /// Refusals of one kind.
  public func refused(_ kind: Refusal.Kind) -> Int {
    refusals[kind.index].load(ordering: .relaxed)
  }

  func countRefusal(_ kind: Refusal.Kind) {
    refusals[kind.index].wrappingAdd(1, ordering: .relaxed)
  }
}
