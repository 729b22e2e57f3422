internal import Feed
internal import Glibc
internal import PowerCut
internal import Stores

/// The program that the durability tests kill: it writes to a data folder, says on its output what
/// was acknowledged, and lets its disk fail where it is told to.
@main
enum CrashWriter {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "append": try AppendTrial(arguments).run()
      case "flood": try FloodTrial(arguments).run()
      case "snapshots": try SnapshotTrial.run(arguments)
      case "graphs": try GraphTrial.run(arguments)
      case "models": try ModelTrial.run(arguments)
      case "faults": try FaultTrials(arguments).run()
      case "measure": try Measurement(arguments).run()
      default: throw Refusal("append | flood | snapshots | graphs | models | faults | measure")
      }
    } catch {
      Output.line("error \(error)")
      exit(1)
    }
  }
}

/// Wrong use, or a broken promise.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  static func unless(_ holds: Bool, _ message: @autoclosure () -> String) throws(Refusal) {
    if !holds { throw Refusal(message()) }
  }
}

extension [String] {
  /// The argument at a place as a number.
  func number(_ index: Int) throws(Refusal) -> Int {
    guard index < count, let number = Int(self[index]) else {
      throw Refusal("argument \(index) is not a number")
    }
    return number
  }

  /// The argument at a place.
  func text(_ index: Int) throws(Refusal) -> String {
    guard index < count else { throw Refusal("argument \(index) is missing") }
    return self[index]
  }
}

/// Repeatable chance (SplitMix64).
struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// Events that say which they are, so that a reader can find the lost ones.
enum TrialEvents {
  /// A batch whose events name their offsets and, as session, the batch's first and last.
  static func batch(first: UInt64, count: Int) -> EventBatch {
    var batch = EventBatch()
    let last = first + UInt64(count) - 1
    for offset in first...last {
      var event: Event
      if offset % 7 == 0 {
        var item = Item(id: "\(offset)")
        item.title = "\(first)-\(last)"
        event = .itemPublished(item)
      } else {
        var interaction = Interaction(
          user: "user-\(offset % 31)", action: .click, target: "item", time: .zero)
        interaction.eventID = "\(offset)"
        interaction.session = "\(first)-\(last)"
        event = .interaction(interaction)
      }
      batch.append(event, received: .zero)
    }
    return batch
  }
}

extension SQLiteLog.Options {
  /// Checkpoints come so often that crashes meet them.
  static func trial(_ durability: Durability) -> Self {
    var options = Self()
    options.durability = durability
    options.checkpointBytes = 100_000
    options.deadLettersMax = 8
    return options
  }
}
