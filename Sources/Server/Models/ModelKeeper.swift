internal import Feed
internal import Sync

/// Keeps the models that the engine serves in step with the ledger: every change is judged, written
/// durably, and only then set on the engine's board, all arms at once.
final class ModelKeeper: @unchecked Sendable {
  // Sendable: everything that changes is only touched under `turn`, one caller at a time; what is
  // read meanwhile is under `lock`.

  /// What the rest of the server may know at any time.
  struct View: Sendable {
    var ledger = ModelLedger()
    /// What can't be served as the ledger says, and what else serves otherwise than it seems to.
    var missing: [String] = []
    /// The models that can't.
    var refusals: [ModelLoading.Refusal] = []
    /// What happened lately without anybody asking for it.
    var told: [String] = []
    /// Why nothing can be changed; nil = it can.
    var failure: RegistryError?
    /// What the trainer said last; empty = none runs.
    var training = ""

    /// What operators should know.
    var notices: [String] { missing + told }
  }

  let engine: Engine
  let store: any ModelStore
  let trainer: (any ModelTrainer)?
  let settings: ModelLifeSettings
  let meters = ModelMeters()
  private let notice: @Sendable (String) -> Void
  private let lock = Lock()
  private let turn = Lock()
  private var view = View()
  private var arms = ModelBoard.Arms()
  private var watch: ModelWatch
  /// Models that the gate refused to take on by itself.
  private var refused: Set<String> = []

  init(
    _ engine: Engine, _ store: any ModelStore, trainer: (any ModelTrainer)?,
    notice: @escaping @Sendable (String) -> Void
  ) {
    self.engine = engine
    self.store = store
    self.trainer = trainer
    self.notice = notice
    settings = engine.configuration.models
    watch = ModelWatch(settings.guardrails)
  }

  /// The state as of now.
  var state: View { lock.withLock { view } }

  /// Loads what the ledger says serves. What can't be served is told, and never keeps the server
  /// from starting.
  func start() {
    turn.withLock {
      do throws(RegistryError) {
        let ledger = try store.ledger()
        set(ledger)
      } catch {
        tell("models: \(error.message); the weights of the configuration serve")
        lock.withLock { view.failure = error }
      }
    }
  }

  // MARK: Changes

  /// Takes a model in, as a candidate.
  ///
  /// - Returns: its id.
  func add(
    _ cause: ModelLedger.Cause, _ keep: (any ModelStore) throws(RegistryError) -> String
  ) throws(RegistryError) -> String {
    try change { (ledger) throws(RegistryError) in
      let id = try keep(store)
      // What could never be served is refused before anybody waits for it.
      do throws(RegistryError) {
        _ = try ModelLoading.served(id, store)
      } catch {
        if ledger[id] == nil { try? store.drop([id]) }
        throw error
      }
      ledger.register(id, at: engine.time.now, cause)
      return id
    }
  }

  /// Judges a model and brings it a step on.
  ///
  /// - Returns: what the gate said.
  /// - Throws: `.gate` with what failed, unless the step is forced; the refusal is written down.
  func promote(
    _ text: String, to stage: ModelStage, percent: Double?, _ cause: ModelLedger.Cause
  ) throws(RegistryError) -> (id: String, verdict: GateVerdict) {
    let id = try state.ledger.resolve(text).id
    var verdict = GateVerdict()
    try change { (ledger) throws(RegistryError) in
      // A step that is none is refused before the gate is asked.
      var probe = ledger
      let share = percent ?? settings.pilot.canaryPercent
      try probe.promote(id, to: stage, percent: share, at: engine.time.now, cause)
      verdict = try judge(id, ledger)
      guard verdict.isPassed || cause.isForced else {
        meters.gateFailures.add()
        ledger.noteRefusal(id, at: engine.time.now, cause, verdict: verdict)
        return
      }
      // Whatever the gate says, what can't be served is not switched to.
      _ = try ModelLoading.served(id, store)
      try ledger.promote(
        id, to: stage, percent: share, at: engine.time.now, cause, verdict: verdict)
    }
    guard verdict.isPassed || cause.isForced else {
      throw RegistryError(
        .gate, "the gate keeps \(ModelLedger.short(id)) from \(stage.rawValue): \(verdict.summary)")
    }
    return (id, verdict)
  }

  /// Takes the model of a stage back; of the canary where none is named, else of production.
  func rollBack(
    _ stage: ModelStage?, _ cause: ModelLedger.Cause
  ) throws(RegistryError) -> (stage: ModelStage, gone: String, serving: String?) {
    try change { (ledger) throws(RegistryError) in
      let stage = stage ?? (ledger.model(in: .canary) == nil ? .production : .canary)
      let result = try ledger.rollBack(stage, at: engine.time.now, cause)
      meters.rollbacks(by: cause.actor == Self.guardianName ? .guardian : .person).add()
      return (stage, result.gone, result.serving)
    }
  }

  static let guardianName = "guardian"
  private static let toldMax = 50

  /// Changes the ledger, keeps it, and sets what it says on the board.
  private func change<Result>(
    _ body: (inout ModelLedger) throws(RegistryError) -> Result
  ) throws(RegistryError) -> Result {
    try turn.withLock { () throws(RegistryError) -> Result in
      let (failure, before) = lock.withLock { (view.failure, view.ledger) }
      if let failure { throw failure }
      var ledger = before
      let result = try body(&ledger)
      let gone = ledger.prune(at: engine.time.now)
      if ledger != before {
        try store.keep(ledger)
        set(ledger)
      }
      // What the ledger has forgotten may stay on the disk for a while.
      if !gone.isEmpty { try? store.drop(gone) }
      return result
    }
  }

  /// Sets the board to what a ledger says. Call it in a turn.
  private func set(_ ledger: ModelLedger) {
    let ready = [arms.production, arms.canary?.model, arms.shadow].compactMap { $0 }
    let loading = ModelLoading(
      ledger, store, known: Dictionary(ready.map { ($0.id, $0) }) { first, _ in first })
    arms = loading.arms
    engine.models.set(arms)
    watch.begin(arms, engine)
    var lines = loading.notices
    if settings.guardian, engine.learning == nil, arms.canary != nil || arms.production != nil {
      lines.append(Self.clicksUnknown)
    }
    let before = lock.withLock {
      defer {
        view.ledger = ledger
        view.missing = lines
        view.refusals = loading.refusals
      }
      return view.missing
    }
    for line in lines where !before.contains(line) { notice(line) }
  }

  private static let clicksUnknown =
    "models: guardrails watch errors, latency and diversity, but not clicks: these are only known "
    + "with learning.enabled"

  private func tell(_ line: String) {
    lock.withLock {
      // What fails again on every schedule is said once.
      guard view.told.last != line else { return }
      view.told.append(line)
      if view.told.count > Self.toldMax { view.told.removeFirst() }
    }
    notice(line)
  }

  // MARK: The gate

  /// What the gate says of a model now.
  func judge(_ id: String, _ ledger: ModelLedger) throws(RegistryError) -> GateVerdict {
    let artifact = try store.artifact(id)
    let serving = ledger.model(in: .production)
    let production = serving.flatMap { $0.id == id ? nil : try? store.artifact($0.id).manifest }
    return ModelGate(settings.gate).judge(
      artifact, id: id, production: production,
      serving: GateEvidence.serving(engine, artifact.manifest, id: id, settings.driftEvents)
    ) { GateEvidence.latencyUs($0, engine.time) }
  }

  // MARK: By itself

  /// One look at everything that goes by itself: guardrails, then the next step of a model.
  func tend() {
    let now = engine.time.now
    if settings.guardian, let breach = turn.withLock({ watch.look(engine, at: now) }) {
      takeBack(breach)
    }
    let shown = turn.withLock { watch.canaryShown(engine) }
    guard
      let next = settings.pilot.next(
        state.ledger, at: now, canaryShown: shown, refused: turn.withLock { refused })
    else { return }
    do throws(RegistryError) {
      _ = try promote(
        next.id, to: next.stage, percent: nil,
        ModelLedger.Cause(actor: "pilot", why: "models.auto is \(settings.pilot.reach.rawValue)"))
      tell("models: \(ModelLedger.short(next.id)) is \(next.stage.rawValue) now")
    } catch {
      // Somebody else was faster: nothing was refused.
      if error.code == .conflict { return }
      turn.withLock { _ = refused.insert(next.id) }
      tell("models: \(ModelLedger.short(next.id)) does not go on: \(error.message)")
    }
  }

  private func takeBack(_ breach: (stage: ModelStage, breach: ModelGuardian.Breach)) {
    let why = "\(breach.breach.guardrail.rawValue): \(breach.breach.detail)"
    do throws(RegistryError) {
      let result = try rollBack(
        breach.stage, ModelLedger.Cause(actor: Self.guardianName, why: why))
      tell(
        "models: the guardian took \(ModelLedger.short(result.gone)) back from "
          + "\(breach.stage.rawValue), \(why); "
          + (result.serving.map { ModelLedger.short($0) } ?? "no model")
          + " is in production")
    } catch {
      tell("models: the guardian can't take a model back: \(error.message)")
    }
  }

  /// Trains a model, keeps it as a candidate and judges it.
  func train(why: String, isStopping: () -> Bool) {
    guard let trainer else { return }
    lock.withLock { view.training = "starting" }
    defer { lock.withLock { view.training = "" } }
    do throws(RegistryError) {
      let artifact = try trainer.train(timeoutMs: settings.trainTimeoutMs, isStopping: isStopping) {
        line in
        lock.withLock { view.training = line }
      }
      let id = try add(ModelLedger.Cause(actor: "training", why: why)) {
        (store) throws(RegistryError) in try store.add(artifact)
      }
      meters.trained.add()
      let verdict = try judge(id, state.ledger)
      tell("models: \(ModelLedger.short(id)) was trained (\(why)); gate: \(verdict.summary)")
    } catch {
      if isStopping() { return }
      meters.trainingFailures.add()
      tell("models: training failed: \(error.message)")
    }
  }
}
