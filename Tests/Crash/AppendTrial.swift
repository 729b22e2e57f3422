internal import Feed
internal import PowerCut
internal import Stores
internal import Sync

/// `append DIR MODE SEED CALL`: appends, prunes and keeps dead letters until the power is cut at
/// call number CALL, and says each acknowledged offset.
struct AppendTrial {
  private let folder: String
  private let durability: Durability
  private let seed: Int
  private let call: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    guard let durability = Durability(try arguments.text(2)) else { throw Refusal("no such mode") }
    self.durability = durability
    seed = try arguments.number(3)
    call = try arguments.number(4)
  }

  func run() throws {
    unsafe powercut_watch(folder)
    powercut_cut_at(call, UInt64(seed))
    var chance = Chance(state: UInt64(seed))
    let directory = try DataDirectory(folder, access: .write)
    let log = try SQLiteLog(directory, .trial(durability))
    for round in 1...80 {
      let count = Int.random(in: 1...12, using: &chance)
      let first = log.end.value + 1
      _ = try log.append(TrialEvents.batch(first: first, count: count))
      Output.line("ack \(first + UInt64(count) - 1)")
      if round % 16 == 0 {
        _ = try log.prune(through: Offset(log.end.value - min(40, log.end.value)))
        Output.line("pruned \(log.prunedThrough.value)")
      }
      if round % 10 == 0 {
        try log.addDeadLetter(
          DeadLetter(received: .zero, origin: "trial", reason: "none", bytes: [UInt8(round)]))
      }
    }
    try log.close()
    Output.line("done")
  }
}

/// `flood DIR MODE THREADS`: appends from several threads until the process is killed, and says
/// each acknowledged event as its thread and number.
struct FloodTrial {
  private let folder: String
  private let durability: Durability
  private let threads: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    guard let durability = Durability(try arguments.text(2)) else { throw Refusal("no such mode") }
    self.durability = durability
    threads = try arguments.number(3)
  }

  func run() throws {
    let directory = try DataDirectory(folder, access: .write)
    let log = try SQLiteLog(directory, .trial(durability))
    // Numbers go on behind the offsets that are there, so that none comes twice.
    let start = log.end.value
    let writers = (0..<threads).map { thread in
      Thread {
        for number in (start + 1)... {
          var batch = EventBatch()
          var interaction = Interaction(
            user: "\(thread)", action: .click, target: "item", time: .zero)
          interaction.eventID = "\(number)"
          batch.append(.interaction(interaction), received: .zero)
          do {
            _ = try log.append(batch)
          } catch {
            Output.line("error \(error)")
            return
          }
          Output.line("ack \(thread) \(number)")
        }
      }
    }
    for writer in writers { writer.join() }
  }
}
