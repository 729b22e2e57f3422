internal import Feed
internal import Stores

/// Whether the log and the snapshots are whole, and what the events in them say of their senders.
struct LogExamination {
  let path: String
  let configuration: Configuration
  /// The file that `configuration` came from.
  let file: String?
  let examination: Examination
  let console: Console

  func run() {
    guard Files.facts(path + "/log.db") != nil else {
      return examination.fine("log", "none yet: the first start makes one")
    }
    do {
      let directory = try DataDirectory(path, access: .read)
      let log = try SQLiteLog(directory)
      let summary = try LogSummary(log, progress: Progress(console, "reading", unit: "events"))
      integrity(summary)
      deadLetters(summary)
      clock(summary)
      room(summary)
      try snapshots(FileSnapshots(directory), summary)
      try senders(directory, log)
    } catch {
      let failure = Failure(explaining: error)
      examination.fail(
        "log", failure.message,
        fix: failure.code == LogError.Code.newer.rawValue
          ? "upgrade updraft to the version that wrote it"
          : "keep a copy of the folder, then restore a backup")
    }
  }

  private func integrity(_ summary: LogSummary) {
    if summary.damaged > 0 {
      examination.fail(
        "log",
        "\(summary.damaged) records are damaged or missing, the first at offset "
          + "\(summary.firstDamaged ?? 0)",
        fix: "keep a copy of the folder, then restore a backup; updraft log check --data \(path)")
    } else if summary.unreadable > 0 {
      examination.fail(
        "log", "\(summary.unreadable) records are whole but can't be understood",
        fix: "run the version of updraft that wrote them")
    } else {
      examination.fine(
        "log", "\(Figures.grouped(summary.records)) records, every checksum right")
    }
  }

  private func deadLetters(_ summary: LogSummary) {
    guard summary.deadLetters > 0 else { return examination.fine("dead letters", "none") }
    // A letter whose text is wrong stays wrong; one that came too early may be taken by now.
    let hopeful = ["not-found", "limit-reached"].contains { summary.deadReasons[$0] != nil }
    let replay = hopeful ? "updraft log replay-dead --data \(path); then " : ""
    let worst = summary.deadReasons.max { ($0.value, $1.key) < ($1.value, $0.key) }
    examination.warn(
      "dead letters",
      "\(Figures.count(summary.deadLetters, "event")) \(summary.deadLetters == 1 ? "was" : "were") "
        + "refused, most often: \(worst?.key ?? "")",
      fix: "updraft log dead --data \(path) shows them: mend the sender; \(replay)"
        + "updraft log discard-dead --data \(path)")
  }

  private func clock(_ summary: LogSummary) {
    let now = SystemTime().now
    // Nobody ran this program before 2025.
    guard now.milliseconds > 1_735_689_600_000 else {
      return examination.fail(
        "clock", "this machine's clock says \(Figures.instant(milliseconds: now.milliseconds))",
        fix: "set the clock, or start its synchronisation: timedatectl set-ntp true")
    }
    guard let last = summary.last, last > now.advanced(milliseconds: 300_000) else {
      return examination.fine("clock", Figures.instant(milliseconds: now.milliseconds))
    }
    examination.fail(
      "clock",
      "the last event was taken in at \(Figures.instant(milliseconds: last.milliseconds)), "
        + "it is now \(Figures.instant(milliseconds: now.milliseconds)): the clock went back",
      fix: "set the clock, or start its synchronisation: timedatectl set-ntp true")
  }

  /// When the disk is full if events go on as they did.
  private func room(_ summary: LogSummary) {
    guard let first = summary.first, let last = summary.last, summary.figures.bytes > 64 << 20
    else { return }
    let days = Double(last.milliseconds - first.milliseconds) / 86_400_000
    guard days > 0.04 else { return }
    let daily = Double(summary.figures.bytes) / days
    let left = Double(summary.figures.freeBytes) / daily
    let text = "the log grows \(Figures.bytes(Int(daily))) a day"
    if left < 14 {
      examination.warn(
        "growth", text + ": the disk is full in \(Figures.decimal(left, 1)) days",
        fix: "free space, or shorten log.retention")
    } else {
      examination.fine("growth", text)
    }
  }

  private func snapshots(_ store: FileSnapshots, _ summary: LogSummary) throws {
    let generations = try store.generations()
    let bad = generations.first { $0.failure != nil }
    let other = generations.first { $0.configuration != configuration.world.digest }
    let behind = summary.end.value - min(summary.end.value, generations.first?.offset.value ?? 0)
    if let bad, let failure = bad.failure {
      examination.warn(
        "snapshots", failure.message, fix: "nothing: the other one or the log serves; remove it")
    } else if let other {
      examination.warn(
        "snapshots", "\(other.name) was made under other world settings",
        fix: file.map {
          "if the server runs with \($0), nothing: the next start folds the log; else name the "
            + "file that it runs with"
        } ?? "name the server's configuration with --config; else the next start folds the log")
    } else if behind > 3 * UInt64(configuration.log.snapshotEvents) {
      examination.warn(
        "snapshots", "\(behind) events are behind the newest snapshot: a start takes long",
        fix: "look for snapshot errors in the server's output; check the disk")
    } else {
      examination.fine(
        "snapshots", "\(generations.count), \(Figures.grouped(Int(clamping: behind))) events behind"
      )
    }
  }

  /// What the fold made of the events.
  private func senders(_ directory: DataDirectory, _ log: SQLiteLog) throws {
    var rebuild = try Rebuild(directory, log, settings: configuration.world, through: nil)
    try rebuild.run(log, through: nil, progress: Progress(console, "folding", unit: "events"))
    let tally = rebuild.world.tally
    SenderExamination(
      tally: tally, items: rebuild.world.itemCount, users: rebuild.world.userCount,
      sample: try SenderSample(log), examination: examination
    ).run()
  }
}
