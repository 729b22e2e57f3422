/// What a ledger asks to be served, made ready: models that can't be are left out, and said so.
public struct ModelLoading: Sendable {
  /// A model that can't be served where the ledger has it.
  public struct Refusal: Equatable, Sendable {
    /// The model.
    public var id: String
    /// Where it was to serve.
    public var stage: ModelStage
    /// Why it does not.
    public var reason: String

    /// A refusal.
    public init(id: String, stage: ModelStage, reason: String) {
      self.id = id
      self.stage = stage
      self.reason = reason
    }
  }

  /// The arms as they can be set.
  public private(set) var arms = ModelBoard.Arms()
  /// The models that were left out, in the order in which they were tried.
  public private(set) var refusals: [Refusal] = []
  /// What operators should know, a line each; empty = everything serves as the ledger says.
  public private(set) var notices: [String] = []

  /// Loads the models of a ledger.
  ///
  /// Where the one in production can't be served, the one before it in the succession is, and
  /// without any the weights of the configuration.
  ///
  /// - Parameters:
  ///   - store: where the artifacts are.
  ///   - known: models that are ready already, by id.
  public init(_ ledger: ModelLedger, _ store: any ModelStore, known: [String: ServedModel] = [:]) {
    var production: ServedModel?
    for id in ledger.succession.reversed() {
      production = load(id, .production, store, known)
      if let production {
        if id != ledger.succession.last {
          notices.append(
            "models: \(ModelLedger.short(production.id)), which was in production before, serves")
        }
        break
      }
    }
    if production == nil, !ledger.succession.isEmpty {
      notices.append("models: the weights of the configuration serve")
    }
    arms.production = production
    if let canary = ledger.model(in: .canary), let model = load(canary.id, .canary, store, known) {
      arms.canary = (model, canary.percent / 100)
    }
    if let shadow = ledger.model(in: .shadow) {
      arms.shadow = load(shadow.id, .shadow, store, known)
    }
  }

  private mutating func load(
    _ id: String, _ stage: ModelStage, _ store: any ModelStore, _ known: [String: ServedModel]
  ) -> ServedModel? {
    if let model = known[id] { return model }
    do {
      return try Self.served(id, store)
    } catch {
      refusals.append(Refusal(id: id, stage: stage, reason: error.message))
      notices.append(
        "models: \(ModelLedger.short(id)) can't be served as \(stage.rawValue): "
          + error.message)
      return nil
    }
  }

  /// A model made ready to be served.
  ///
  /// - Throws: why it can't be.
  public static func served(
    _ id: String, _ store: any ModelStore
  ) throws(RegistryError) -> ServedModel {
    let model = try RankingModel(id: id, try store.artifact(id))
    do {
      return try ServedModel(model)
    } catch {
      throw RegistryError(.schema, error.message)
    }
  }
}
