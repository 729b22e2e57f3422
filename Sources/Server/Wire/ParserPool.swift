internal import Feed
internal import JSON
internal import Sync

/// Parsers that keep their memory from one request to the next.
final class ParserPool: @unchecked Sendable {
  // Sendable: the list is only touched under `lock`, and a parser is used by one request at a time.
  private let lock = Lock()
  private var idle: [JSONParser] = []
  private let valuesMax: Int
  private let bytesMax: Int
  private static let idleMax = 8
  /// A parser that has read a text beyond this is let go with its memory.
  private static let keptBytesMax = 1 << 20
  /// Nested arrays and objects in a body.
  private static let depthMax = 16

  /// - Parameters:
  ///   - valuesMax: values in one body.
  ///   - bytesMax: bytes of one body.
  init(valuesMax: Int, bytesMax: Int) {
    self.valuesMax = valuesMax
    self.bytesMax = bytesMax
  }

  /// Lends a parser for a text of `bytes` bytes.
  func withParser<Result, Failure: Error>(
    bytes: Int, _ body: (JSONParser) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let lent = lock.withLock { idle.popLast() }
    let parser =
      lent ?? JSONParser(depthMax: Self.depthMax, valuesMax: valuesMax, bytesMax: bytesMax)
    defer {
      if bytes <= Self.keptBytesMax {
        lock.withLock { if idle.count < Self.idleMax { idle.append(parser) } }
      }
    }
    return try body(parser)
  }
}
