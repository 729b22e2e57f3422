extension ModelLedger {
  /// Takes a new model in, as a candidate. One that is known stays where it is.
  ///
  /// - Returns: whether it was new.
  @discardableResult
  public mutating func register(_ id: String, at time: Timestamp, _ cause: Cause) -> Bool {
    guard self[id] == nil else { return false }
    entries.append(Entry(id: id, stage: .candidate, since: time))
    note(id, from: nil, to: .candidate, at: time, cause)
    return true
  }

  /// Brings a model into a stage, and archives the one that had its place.
  ///
  /// A model goes from candidate or archived to shadow, from there to canary, from there to
  /// production, a step at a time; a canary may get another share. Only a forced step leaves
  /// stages out.
  ///
  /// - Parameter percent: the share of a canary, above 0 and up to 100.
  /// - Throws: `.unknown`, or `.conflict` when the step is none; nothing has changed then.
  public mutating func promote(
    _ id: String, to stage: ModelStage, percent: Double = 0, at time: Timestamp, _ cause: Cause,
    verdict: GateVerdict? = nil
  ) throws(RegistryError) {
    guard let entry = self[id] else {
      throw RegistryError(.unknown, "there is no model \(id); see: updraft models list")
    }
    try check(entry, to: stage, percent, cause)
    let share = stage == .canary ? percent : 0
    if let other = model(in: stage), other.id != id {
      // The predecessor of a production model stays in the succession, to be brought back.
      move(
        other.id, to: .archived, at: time,
        Cause(actor: cause.actor, why: "replaced as \(stage.rawValue) by \(Self.short(id))"))
    }
    move(id, to: stage, percent: share, at: time, cause, verdict)
    guard stage == .production else { return }
    succession.removeAll { $0 == id }
    succession.append(id)
  }

  private func check(
    _ entry: Entry, to stage: ModelStage, _ percent: Double, _ cause: Cause
  ) throws(RegistryError) {
    guard stage.isSingle else {
      throw RegistryError(
        .conflict, "a model is promoted to shadow, canary or production, not to \(stage.rawValue)")
    }
    if stage == .canary {
      guard percent > 0, percent <= 100 else {
        throw RegistryError(.conflict, "a canary serves above 0 and up to 100 percent of the users")
      }
    }
    guard entry.stage != .production || stage == .production else {
      throw RegistryError(
        .conflict, "\(Self.short(entry.id)) is in production; take it back with a rollback")
    }
    guard entry.stage != stage || stage == .canary && entry.percent != percent else {
      throw RegistryError(.conflict, "\(Self.short(entry.id)) is \(stage.rawValue) already")
    }
    let next: ModelStage =
      switch entry.stage {
      case .candidate, .archived: .shadow
      case .shadow: .canary
      case .canary, .production: .production
      }
    let isStep = stage == next || entry.stage == .canary && stage == .canary
    guard isStep || cause.isForced else {
      throw RegistryError(
        .conflict,
        "\(Self.short(entry.id)) is \(entry.stage.rawValue), so \(next.rawValue) comes "
          + "next; to leave a stage out, force it and say why")
    }
  }

  /// Takes the model of a stage back: it is archived, and after one in production the one before
  /// serves again, if there is one.
  ///
  /// - Returns: the model that was taken back, and the one in production after it.
  /// - Throws: `.conflict` when no model is in that stage.
  @discardableResult
  public mutating func rollBack(
    _ stage: ModelStage, at time: Timestamp, _ cause: Cause
  ) throws(RegistryError) -> (gone: String, serving: String?) {
    guard stage.isSingle, let entry = model(in: stage) else {
      throw RegistryError(.conflict, "no model is \(stage.rawValue), so there is nothing to undo")
    }
    let before = predecessor
    move(entry.id, to: .archived, at: time, cause)
    // What was taken back once is not what another rollback brings.
    if stage != .production { succession.removeAll { $0 == entry.id } }
    if stage == .production {
      succession.removeLast()
      while let last = succession.last, last != before?.id { succession.removeLast() }
      if let before {
        move(
          before.id, to: .production, at: time,
          Cause(actor: cause.actor, why: "serves again after \(Self.short(entry.id))"))
      }
    }
    return (entry.id, model(in: .production)?.id)
  }

  /// Notes that the gate kept a model where it is.
  public mutating func noteRefusal(
    _ id: String, at time: Timestamp, _ cause: Cause, verdict: GateVerdict
  ) {
    guard let entry = self[id] else { return }
    note(
      id, from: entry.stage, to: entry.stage, percent: entry.percent, at: time, cause, verdict)
  }

  /// Forgets the models that were archived longest ago, so that at most `entriesMax` are kept; what
  /// is served or could be brought back stays.
  ///
  /// - Returns: their ids.
  public mutating func prune(at time: Timestamp) -> [String] {
    var gone: [String] = []
    let kept = Set(succession.suffix(2))
    let old = entries.filter { $0.stage == .archived && !kept.contains($0.id) }
      .sorted { $0.since < $1.since }
    for entry in old.prefix(max(0, entries.count - Self.entriesMax)) {
      entries.removeAll { $0.id == entry.id }
      succession.removeAll { $0 == entry.id }
      note(
        entry.id, from: .archived, to: nil, at: time,
        Cause(actor: "registry", why: "more than \(Self.entriesMax) models"))
      gone.append(entry.id)
    }
    return gone
  }

  /// The first digits of an id, which people read.
  public static func short(_ id: String) -> String { String(id.prefix(12)) }

  // MARK: Inside

  private mutating func move(
    _ id: String, to stage: ModelStage, percent: Double = 0, at time: Timestamp, _ cause: Cause,
    _ verdict: GateVerdict? = nil
  ) {
    guard let place = entries.firstIndex(where: { $0.id == id }) else { return }
    let from = entries[place].stage
    entries[place] = Entry(id: id, stage: stage, percent: percent, since: time)
    note(id, from: from, to: stage, percent: percent, at: time, cause, verdict)
  }

  private mutating func note(
    _ id: String, from: ModelStage?, to: ModelStage?, percent: Double = 0, at time: Timestamp,
    _ cause: Cause, _ verdict: GateVerdict? = nil
  ) {
    history.append(
      Step(
        number: nextNumber, time: time, id: id, from: from, to: to, percent: percent,
        cause: cause, verdict: verdict))
    nextNumber += 1
    if history.count > Self.historyMax { history.removeFirst(history.count - Self.historyMax) }
  }
}
