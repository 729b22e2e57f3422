internal import Feed
internal import HTTP
internal import JSON

/// Batches of services: what is sound is taken, the rest of a batch is laid aside with its reason.
enum ServiceBatch {
  /// Submits a batch and answers with counts and the refused rows.
  ///
  /// - Parameter isEvents: whether one row alone is answered as an event.
  static func submit(_ call: Call, _ intake: Intake, isEvents: Bool) {
    EventRoutes.submit(call, intake) { call, intake, receipts in
      var intake = intake
      let kept = intake.settle(receipts, keepsBytes: true)
      if isEvents { EventRoutes.count(call, intake, kept) }
      if intake.shape == .single, isEvents { return EventRoutes.answerSingle(call, intake, kept) }
      if kept.isEmpty, let problem = intake.refused.first?.problem { return call.fail(problem) }
      guard !intake.refused.isEmpty else { return answer(call, intake, kept, laidAside: 0) }
      let settled = intake
      // The dead letters are written to the disk: not on the writer's thread.
      let isTaken = call.service.operations.submit {
        answer(call, settled, kept, laidAside: layAside(call, settled))
      }
      if !isTaken { answer(call, settled, kept, laidAside: 0) }
    }
  }

  /// Keeps the refused rows as dead letters.
  ///
  /// - Returns: how many were kept.
  private static func layAside(_ call: Call, _ intake: Intake) -> Int {
    var count = 0
    for row in intake.refused where !row.bytes.isEmpty {
      let letter = DeadLetter(
        received: call.received, origin: "\(call.route.method) \(call.route.path)",
        reason: "\(row.problem.code.rawValue): \(row.problem.detail)", bytes: row.bytes)
      do {
        try call.engine.addDeadLetter(letter)
        count += 1
      } catch {
        break
      }
    }
    call.service.meters.deadLetters.add(UInt64(count))
    return count
  }

  private static func answer(
    _ call: Call, _ intake: Intake, _ kept: [Intake.Kept], laidAside: Int
  ) {
    var duplicates = 0
    var late = 0
    var ahead = 0
    let settings = call.engine.configuration.world
    var last: UInt64 = 0
    for row in kept {
      if row.receipt.outcome == .duplicate { duplicates += 1 }
      if row.receipt.outcome == .late { late += 1 }
      if RowText.isAhead(intake.batch, row.place, settings) { ahead += 1 }
      last = max(last, row.receipt.offset?.value ?? 0)
    }
    var json = JSONWriter(capacity: 256)
    json.object { json in
      json.member("accepted", kept.count)
      json.member("duplicates", duplicates)
      json.member("late", late)
      if ahead > 0 { json.member("ahead", ahead) }
      json.member("refused", intake.refused.count)
      json.member("dead_letters", laidAside)
      if last > 0 { json.member("offset", last) }
      if !intake.refused.isEmpty {
        json.array("errors") { json in
          for row in intake.refused.prefix(Intake.toldMax) {
            row.problem.writeRow(into: &json, index: row.index)
          }
        }
      }
    }
    call.finish(status: 202, json: json.bytes)
  }
}
