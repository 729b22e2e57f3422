public import Feed

extension LogSettings {
  /// The settings of the block `log`.
  public static let schema = Schema<LogSettings>(settings: [
    Setting(
      "durability", \.durability,
      .text(bytes: 2...32, hint: "always, os or interval:<ms>", where: isDurability),
      "When an acknowledged event is on the disk: before the answer, at most so many milliseconds"
        + " later, or when the system writes it."),
    Setting(
      "retention", \.retentionMs, .duration(in: 60_000...anyTime.upperBound),
      "Interactions and served pages older than this leave the log once two snapshots hold them."),
    Setting(
      "snapshot_events", \.snapshotEvents, .integer(in: 1...1_000_000_000),
      "A snapshot is taken after this many events."),
    Setting(
      "snapshot_every", \.snapshotEveryMs, .duration(in: 1000...anyTime.upperBound),
      "A snapshot is taken after this time with at least one event."),
    Setting(
      "commit_events_max", \.commitEventsMax, .integer(in: 1...1_000_000),
      "Events that one commit may hold."),
    Setting(
      "queue_events_max", \.queueEventsMax, .integer(in: 1...100_000_000),
      "Events that may wait for a commit; beyond it requests are refused with 503."),
    Setting(
      "dead_letters_max", \.deadLettersMax, .integer(in: 0...100_000_000), "Dead letters kept."),
  ])

  private static func isDurability(_ text: String) -> Bool {
    if text == "always" || text == "os" { return true }
    guard text.hasPrefix("interval:"), let time = Int(text.dropFirst(9)) else { return false }
    return (1...60_000).contains(time)
  }
}
