import Feed
import HTTP
import JSON
import Server
import Stores
import TestKit
import Testing

/// What `/metrics` tells a scraper: the names that dashboards and alerts are built on.
@Suite struct MetricsTests {
  private static let counters = [
    "updraft_requests_shed_total", "updraft_degraded_total", "updraft_events_total",
    "updraft_log_tail_repairs_total", "updraft_log_corrupt_records_total",
    "updraft_index_searches_total", "updraft_index_visited_total", "updraft_index_effort_total",
    "updraft_index_probes_total", "updraft_dedup_hits_total", "updraft_dlq_dropped_total",
    "updraft_stage_candidates_total", "process_cpu_seconds_total",
  ]
  private static let gauges = [
    "updraft_inflight", "updraft_limit_inflight", "updraft_log_bytes", "updraft_log_free_bytes",
    "updraft_projection_lag_events", "updraft_dlq_messages", "updraft_build_info",
    "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
    "process_max_fds", "process_start_time_seconds",
  ]
  private static let histograms = [
    "http_server_request_duration_seconds", "updraft_stage_duration_seconds",
    "updraft_event_to_visible_seconds", "updraft_log_append_seconds", "updraft_log_fsync_seconds",
  ]

  /// The sample of a name with its labels; nil where there is none.
  private func value(_ sample: String, in text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
      .flatMap { Double($0.dropFirst(sample.utf8.count + 1)) }
  }

  @Test func everyFamilyIsThereAndCountsWhatHappened() throws {
    let folder = TemporaryFolder()
    let directory = try DataDirectory(folder.path + "/data", access: .write)
    let server = try TestServer(log: try SQLiteLog(directory))
    let (service, ann) = (try server.key(.service), try server.user("ann"))
    try server.publish([#"{"item_id":"i1","title":"Swift"}"#], as: service)
    let lines = """
      {"user_id":"u1","item_id":"i1","event":"click","event_id":"a"}
      {"user_id":"u1","item_id":"i1","event":"click","event_id":"a"}
      {"user_id":"u1","item_id":"i1","event":"like"}
      not json
      """
    let sent = try server.send(
      "POST", "/api/v1/events", as: service, lines,
      headers: [.init("Content-Type", "application/x-ndjson")])
    #expect(sent.number("dead_letters") == 1, "\(sent.text)")
    #expect(try server.send("GET", "/v1/feed", as: ann).status == 200)
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    for (kind, names) in [
      ("counter", Self.counters), ("gauge", Self.gauges), ("histogram", Self.histograms),
    ] {
      for name in names { #expect(text.contains("\n# TYPE \(name) \(kind)\n"), "\(name)") }
    }
    #expect(value(#"updraft_events_total{type="click",result="applied"}"#, in: text) == 1)
    #expect(value(#"updraft_events_total{type="click",result="duplicate"}"#, in: text) == 1)
    #expect(value(#"updraft_events_total{type="like",result="applied"}"#, in: text) == 1)
    #expect(value(#"updraft_events_total{type="unread",result="invalid"}"#, in: text) == 1)
    #expect(value("updraft_dlq_messages", in: text) == 1)
    #expect(value(#"updraft_projection_lag_events{projection="world"}"#, in: text) == 0)
    #expect(
      value(#"updraft_stage_duration_seconds_count{stage="slate"}"#, in: text) == 1, "\(text)")
    for name in [
      "updraft_log_fsync_seconds_count", "updraft_log_bytes", "updraft_log_free_bytes",
      "process_resident_memory_bytes", "process_open_fds",
    ] { #expect(value(name, in: text) ?? 0 > 0, "\(name)") }
  }

  /// A family stands once, with its samples behind it, as the text format wants it.
  @Test func familiesStandOnce() throws {
    let server = try TestServer()
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    var seen: Set<Substring> = []
    var family: Substring = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        family = line.split(separator: " ")[2]
        #expect(seen.insert(family).inserted, "\(family) stands twice")
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(family), "\(line) stands behind \(family)")
      }
    }
    #expect(seen.count > 30)
  }
}
