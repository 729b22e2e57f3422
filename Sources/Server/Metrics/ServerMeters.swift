internal import Feed
internal import HTTP
internal import Sync

/// What the server measures of itself. Labels are bounded: routes, methods and statuses.
final class ServerMeters: Sendable {
  /// Why a request was not worked on.
  enum Shed: Int, CaseIterable {
    case rankingQueue, eventQueue, rateLimit, starting, storageFull

    var name: String {
      switch self {
      case .rankingQueue: "ranking_queue"
      case .eventQueue: "event_queue"
      case .rateLimit: "rate_limit"
      case .starting: "starting"
      case .storageFull: "storage_full"
      }
    }
  }

  /// Statuses that a route may answer with, beside which everything counts as 500.
  static let statuses = [
    200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 431,
    500, 503, 507,
  ]
  /// OpenTelemetry's bounds for the durations of HTTP requests, with some below for answers from
  /// memory.
  static let bounds = [
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
    0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ]

  /// A histogram that is made when first needed.
  private final class Cell: Sendable {
    let slot = Once<Histogram>()

    var histogram: Histogram {
      slot.load() ?? slot.storeIfNil(Histogram(bounds: ServerMeters.bounds))
    }
  }

  /// Of each status of each route.
  private let cells: [Cell]
  /// The place of each status among `statuses`, by the status.
  private let places: [UInt8]
  private let shedCounts: [Counter] = (0..<Shed.allCases.count * CallClass.allCases.count)
    .map { _ in Counter() }
  /// Rows of events by what they are and what became of them.
  private let events: [Counter] = EventCounts().counts.map { _ in Counter() }
  /// Events whose own time was too far ahead to count.
  let eventsAhead = Counter()
  /// Letters laid aside since the start.
  let deadLetters = Counter()
  /// What pages were made of.
  let pages = PageMeters()

  /// What became of a row of events.
  enum EventResult: Int, CaseIterable {
    case applied, late, duplicate, unknown, refused, invalid

    var name: String { "\(self)" }
  }

  /// Rows of events of one request by what they are and what became of them.
  struct EventCounts {
    /// `EventResult.allCases` of each action by its number; place 0 is for rows that are none.
    fileprivate(set) var counts = [UInt64](
      repeating: 0,
      count: (Int(Action.allCases.map(\.rawValue).max() ?? 0) + 1) * EventResult.allCases.count)

    /// Counts one row.
    mutating func add(_ result: EventResult, _ action: Action?) {
      counts[Self.place(result, action)] += 1
    }

    fileprivate static func place(_ result: EventResult, _ action: Action?) -> Int {
      Int(action?.rawValue ?? 0) * EventResult.allCases.count + result.rawValue
    }
  }

  /// - Parameter routes: how many routes there are; one more stands for what no route matches.
  init(routes: Int) {
    cells = (0..<(routes + 1) * Self.statuses.count).map { _ in Cell() }
    let others = UInt8(Self.statuses.count - 3)
    places = (0..<600).map { status in
      Self.statuses.firstIndex(of: status).map { UInt8($0) } ?? others
    }
  }

  /// Counts one answer of a route.
  func observe(route: Int, status: Int, from start: UInt64, to end: UInt64) {
    let place = Int(places[min(max(0, status), places.count - 1)])
    let last = cells.count - Self.statuses.count
    let first = min(max(0, route) * Self.statuses.count, last)
    cells[first + place].histogram.observe(from: start, to: end)
  }

  /// Counts one request that was not worked on.
  func shed(_ reason: Shed, of route: Route) {
    shedCounts[Self.place(reason, CallClass(route))].add()
  }

  private static func place(_ reason: Shed, _ call: CallClass) -> Int {
    reason.rawValue * CallClass.allCases.count + call.rawValue
  }

  /// Counts a row that did not tell what it is.
  func count(_ result: EventResult) { events[EventCounts.place(result, nil)].add() }

  /// Counts rows of events.
  func count(_ more: EventCounts) {
    for (place, count) in more.counts.enumerated() where count > 0 { events[place].add(count) }
  }

  /// Writes the families of requests.
  func write(into text: inout PrometheusText, routes table: [Route]) {
    let name = "http_server_request_duration_seconds"
    text.family(name, .histogram, "From the request's arrival to its answer.")
    for (index, cell) in cells.enumerated() {
      guard let histogram = cell.slot.load() else { continue }
      let (row, place) = index.quotientAndRemainder(dividingBy: Self.statuses.count)
      let route = row < table.count ? table[row] : nil
      let labels = [
        ("http_route", route?.path ?? "unmatched"),
        ("method", route?.method.description ?? "any"),
        ("status", String(Self.statuses[place])),
      ]
      text.histogram(name, labels, histogram)
    }
    text.family("updraft_requests_shed_total", .counter, "Requests that were not worked on.")
    for shed in Shed.allCases {
      for call in CallClass.allCases {
        text.sample(
          "updraft_requests_shed_total", [("reason", shed.name), ("class", call.name)],
          Double(shedCounts[Self.place(shed, call)].value))
      }
    }
    text.family(
      "updraft_events_total", .counter, "Events that requests brought, by type and result.")
    for action in [nil] + Action.allCases.map(Optional.some) {
      for result in EventResult.allCases {
        let count = events[EventCounts.place(result, action)].value
        guard count > 0 || action == nil else { continue }
        text.sample(
          "updraft_events_total", [("type", action?.name ?? "unread"), ("result", result.name)],
          Double(count))
      }
    }
    text.single(
      "updraft_events_ahead_total", .counter,
      "Events whose own time lay in the future, so that the time of arrival counted.",
      Double(eventsAhead.value))
    pages.write(into: &text)
    text.single(
      "updraft_dead_letters_total", .counter, "Events laid aside since the start.",
      Double(deadLetters.value))
  }
}
