internal import Feed
internal import Glibc
internal import PowerCut
internal import Stores

/// `faults DIR`: lets call number 1, 2, 3, … of each kind fail until a whole run meets no failure,
/// and checks after each run that nothing acknowledged was lost and nothing else was kept.
struct FaultTrials {
  private let folder: String

  /// A way for the disk to fail.
  private struct Fault {
    let name: String
    let kind: Int32
    let error: Int32
    let isLasting: Bool
  }

  private static let faults = [
    Fault(name: "full", kind: 1, error: ENOSPC, isLasting: false),
    Fault(name: "stays-full", kind: 1, error: ENOSPC, isLasting: true),
    Fault(name: "write", kind: 1, error: EIO, isLasting: false),
    Fault(name: "sync", kind: 2, error: EIO, isLasting: false),
    Fault(name: "sync-full", kind: 2, error: ENOSPC, isLasting: false),
    Fault(name: "short", kind: 8, error: 0, isLasting: false),
    Fault(name: "read", kind: 4, error: EIO, isLasting: false),
    Fault(name: "reads", kind: 4, error: EIO, isLasting: true),
  ]

  init(_ arguments: [String]) throws { folder = try arguments.text(1) }

  func run() throws {
    for fault in Self.faults {
      var call = 1
      while try meets(fault, call) { call += 1 }
      try Refusal.unless(call > 3, "\(fault.name): only \(call - 1) calls could fail")
      Output.line("\(fault.name) \(call - 1)")
    }
    Output.line("done")
  }

  /// What a run was told.
  private struct Outcome {
    var acknowledged: UInt64 = 0
    var appendErrors: [LogError] = []
    var succeededAfterError = false
    var scanned: UInt64 = 0
    var scanError: LogError?
    var openError: LogError?
  }

  /// One run with one failure; false when the run ended before the failure came.
  private func meets(_ fault: Fault, _ call: Int) throws -> Bool {
    let path = "\(folder)/\(fault.name)-\(call)"
    unsafe powercut_watch(path)
    let directory = try DataDirectory(path, access: .write)
    powercut_fail_at(fault.kind, call, fault.error, fault.isLasting ? 1 : 0)
    let outcome = work(directory)
    let isMet = powercut_calls() >= call
    powercut_fail_at(0, 0, 0, 0)
    do {
      try check(outcome, fault, directory)
    } catch {
      throw Refusal("\(fault.name) at call \(call): \(error)")
    }
    return isMet
  }

  private func work(_ directory: DataDirectory) -> Outcome {
    var outcome = Outcome()
    do throws(LogError) {
      let log = try SQLiteLog(directory, .trial(.always))
      for round in 0..<24 {
        let first = log.end.value + 1
        do throws(LogError) {
          _ = try log.append(TrialEvents.batch(first: first, count: 40))
          outcome.acknowledged = first + 39
          outcome.succeededAfterError = !outcome.appendErrors.isEmpty
        } catch {
          outcome.appendErrors.append(error)
        }
        if round == 12 { _ = try? log.prune(through: Offset(200)) }
      }
      do throws(LogError) {
        try log.scan(after: .zero) { offset, _ in
          outcome.scanned = offset.value
          return true
        }
      } catch {
        outcome.scanError = error
      }
      try? log.close()
    } catch {
      outcome.openError = error
    }
    return outcome
  }

  private func check(_ outcome: Outcome, _ fault: Fault, _ directory: DataDirectory) throws {
    try checkAnswers(outcome, fault)
    // The disk is whole again; everything acknowledged is there, in whole batches, in order.
    let log = try SQLiteLog(directory, .trial(.always))
    try Refusal.unless(
      log.end.value >= outcome.acknowledged,
      "the log ends at \(log.end.value), \(outcome.acknowledged) was acknowledged")
    try Refusal.unless(log.end.value % 40 == 0, "the log ends inside a batch: \(log.end.value)")
    try Refusal.unless(try log.verify() == 0, "damage: \(log.figures())")
    var wrong: UInt64?
    try log.scan(after: .zero) { offset, record in
      let number =
        switch try? Event.decode(record) {
        case .interaction(let interaction): UInt64(interaction.eventID)
        case .itemPublished(let item): UInt64(item.id)
        default: nil as UInt64?
        }
      if number != offset.value { wrong = offset.value }
      return wrong == nil
    }
    try Refusal.unless(wrong == nil, "another event at offset \(wrong ?? 0)")
    _ = try log.append(TrialEvents.batch(first: log.end.value + 1, count: 40))
    try log.close()
  }

  private func checkAnswers(_ outcome: Outcome, _ fault: Fault) throws {
    let codes = Set(outcome.appendErrors.map(\.code))
    switch fault.name {
    case "full":
      try Refusal.unless(codes.isSubset(of: [.full]), "a full disk gave \(outcome.appendErrors)")
      try Refusal.unless(outcome.appendErrors.count <= 1, "appends after a full disk fail too")
    case "stays-full":
      try Refusal.unless(codes.isSubset(of: [.full]), "a full disk gave \(outcome.appendErrors)")
    case "sync", "sync-full", "write":
      try Refusal.unless(codes.isSubset(of: [.failed]), "\(fault.name): \(outcome.appendErrors)")
      try Refusal.unless(!outcome.succeededAfterError, "an append succeeded after a failed one")
    case "short":
      try Refusal.unless(codes.isEmpty, "a short write gave \(outcome.appendErrors)")
    default: break
    }
  }
}
