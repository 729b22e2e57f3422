/// The requests of the pages that were emitted last, so that what comes for them is told apart from
/// what never had a page. Bounded: the oldest are forgotten.
struct EmittedRequests: Sendable {
  private var order = NumberedQueue<UInt64>()
  /// How often each stands in `order`: the pages of one request share it.
  private var counts: [UInt64: Int] = [:]
  private let max: Int

  init(max: Int) { self.max = max }

  /// Whether a request is among them.
  func contains(_ request: UInt64) -> Bool { counts[request] != nil }

  /// Notes the request of a page that was just emitted.
  mutating func note(_ request: UInt64) {
    order.append(request)
    counts[request, default: 0] += 1
    guard order.count > max, let oldest = order.removeFirst() else { return }
    guard let count = counts[oldest] else { return }
    counts[oldest] = count > 1 ? count - 1 : nil
  }
}
