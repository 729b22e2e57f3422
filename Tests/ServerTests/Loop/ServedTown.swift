import Feed
import Lab
import TestKit

/// The engine of a server under a simulation: its own writer, desk, log and meters, a clock that
/// the simulation moves.
final class ServedTown: SimulatedEngine {
  let log: any EventLog
  private let engine: Engine
  private let clock: FakeTime

  init(_ engine: Engine, log: any EventLog, clock: FakeTime) {
    (self.engine, self.log, self.clock) = (engine, log, clock)
  }

  var configuration: Configuration { engine.configuration }
  var models: ModelBoard { engine.models }
  var digest: UInt64 { engine.digest()?.digest ?? 0 }

  var now: Timestamp {
    get { clock.now }
    set { clock.advance(milliseconds: newValue.milliseconds - clock.now.milliseconds) }
  }

  func take(_ batch: EventBatch) throws {
    // The page that the events are about stands before them.
    engine.flushPages()
    _ = try engine.submit(batch)
  }

  func page(_ request: PageRequest) throws -> Page { try engine.page(request) }
}
