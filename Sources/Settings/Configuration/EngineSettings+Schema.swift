public import Feed

extension EngineSettings {
  /// The settings of the block `engine`.
  public static let schema = Schema<EngineSettings>(settings: [
    Setting(
      "ranking_threads", \.rankingThreads, .integer(in: 0...256),
      "Threads that rank; 0: one a core."),
    Setting(
      "ranking_queue_max", \.rankingQueueMax, .integer(in: 1...100_000),
      "Requests that may wait for a ranking thread; beyond it they are refused with 503."),
    Setting(
      "cached_pages_max", \.cachedPagesMax, .integer(in: 0...10_000_000),
      "Pages kept for serving again, for cursors and as a fallback."),
    Setting(
      "cursor_age", \.cursorAgeMs, .duration(in: 1000...(30 * 86_400_000)),
      "How long a cursor can be followed."),
    Setting(
      "nearest_effort", \.nearestEffort, .integer(in: 0...100_000),
      "How hard the nearest items are looked for: candidates that a search keeps in view; 0: as"
        + " many as it is asked for and a few more."),
    Setting(
      "page_log_share", \.pageLogShare, .number(in: 0...1),
      "The share of freshly ranked pages that is written to the log."),
    Setting(
      "page_log_features", \.pageLogFeatures, .flag,
      "Whether pages are written with the features that they were scored by."),
    Setting(
      "page_log_places", \.pageLogPlaces, .integer(in: 0...1000),
      "Places of a ranking whose features are kept for the log of later pages; those of the first"
        + " page always are."),
    Setting(
      "page_log_unshown", \.pageLogUnshown, .integer(in: 0...1000),
      "Candidates that were not shown, drawn by chance, that are written with a page."),
    Setting(
      "neighbour_pairs_max", \.neighbourPairsMax, .integer(in: 0...1_000_000_000),
      "Pairs of an item and a learned neighbour at most; each takes 8 bytes of memory."),
    Setting(
      "seed", \.seed, .integer(in: 0...UInt64.max),
      "The seed of everything that is drawn by chance."
    ),
  ])
}
