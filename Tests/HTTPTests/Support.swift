import Dispatch
import Glibc
import HTTP
import Sync
import Testing

/// A server that answers 200 with the length of the body, and what tests ask of it.
struct Probe {
  /// Whether a server can listen on `::1` here: containers often have no IPv6 at all.
  static let hasIPv6 = (try? HTTPServer(listen: "[::1]:0") { $0.respond(Response()) }) != nil

  let server: HTTPServer
  let client: HTTPClient

  init(
    limits: HTTPLimits = HTTPLimits(), threads: Int = 1, acceptsGzip: Bool = false,
    handler: @escaping @Sendable (Exchange) -> Void = {
      $0.respond(Response(contentType: "text/plain", bytes: Array("\($0.body.count)".utf8)))
    }
  ) throws {
    server = try HTTPServer(
      listen: "127.0.0.1:0", limits: limits, threads: threads, handler: handler)
    client = HTTPClient(base: "http://127.0.0.1:\(server.port)", acceptsGzip: acceptsGzip)
  }

  func connect() throws -> RawConnection { try RawConnection(port: server.port) }

  /// Sends one request on a connection of its own: the status line's number and whether the server
  /// has closed.
  func raw(_ request: String) throws -> (status: Int, closed: Bool) {
    let answer = try connect().exchange(request)
    return (status(of: answer.text), answer.closed)
  }
}

/// The number in the first status line; 0 if there is none.
func status(of text: String) -> Int {
  guard text.hasPrefix("HTTP/1.1 ") else { return 0 }
  return Int(text.dropFirst(9).prefix(3)) ?? 0
}

/// Waits until `condition` holds; the bound is far above what a slow machine needs.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<30_000 {
    if try condition() { return true }
    usleep(1000)
  }
  return false
}

/// Bytes that compress a little, from a seed.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 58) &+ 32
  }
}

/// A list that threads share.
final class Shelf<Item: Sendable>: @unchecked Sendable {
  // Sendable: `items` is only touched under `lock`.
  private let lock = Lock()
  private var items: [Item] = []

  func put(_ item: Item) { lock.withLock { items.append(item) } }

  func takeAll() -> [Item] {
    lock.withLock {
      defer { items = [] }
      return items
    }
  }

  var count: Int { lock.withLock { items.count } }
}
