public import Feed

extension LearningSettings {
  /// The settings of the block `learning`.
  public static let schema = Schema<LearningSettings>(
    settings: [
      Setting(
        "enabled", \.enabled, .flag,
        "Whether labels are joined as events come in, for meters and guardrails; export and "
          + "training need it not."),
      Setting(
        "attribution", \.attributionMs, .duration(in: anyTime),
        "How long after a page an event without a request id still finds it by user and item."),
      Setting(
        "allowed_lateness", \.allowedLatenessMs, .duration(in: anyTime),
        "How long a page waits, beyond its windows, for events that are delivered late."),
      Setting(
        "clock_skew", \.clockSkewMs, .duration(in: 0...3_600_000),
        "How far a client's clock may be behind, so that its events seem to precede their page."),
      Setting(
        "page_delay", \.pageDelayMs, .duration(in: 0...3_600_000),
        "How long an event waits for the page of its request, which is logged after the answer."
      ),
      Setting(
        "pending_pages_max", \.pendingPagesMax, .integer(in: 1...1_000_000_000),
        "Pages that wait for labels at most; beyond it the oldest are emitted early."),
      Setting(
        "pending_bytes_max", \.pendingBytesMax, .bytes(in: 1024...(1 << 40)),
        "Memory that waiting pages take at most, about; beyond it the oldest are emitted early."),
      Setting(
        "online_pages_max", \.onlinePagesMax, .integer(in: 1...10_000_000),
        "Pages that wait at most for a choice that the online part of a surface learns from; about "
          + "4 KiB each."),
    ],
    families: [
      .values(
        "windows", \.windowsMs, names: Objective.allCases.map(\.name), .duration(in: anyTime),
        "How long after a page an event may come and still be its label, by objective.")
    ])
}
