internal import Feed
internal import Stores

/// Whether the models that the ledger lets serve can be served, and the learned neighbours.
struct ModelExamination {
  let path: String
  let examination: Examination

  func run() {
    neighbours()
    do {
      let registry = try ModelRegistry(DataDirectory(path, access: .read))
      let ledger = try registry.ledger()
      let entries = ledger.entries.filter { $0.stage != .archived }
      let broken = entries.filter { !mayServe($0, registry) }
      guard broken.isEmpty else { return }
      examination.fine("models", told(entries))
    } catch {
      examination.fail(
        "models", Failure(explaining: error).message,
        fix: "restore \(path)/models from a backup; until then the configuration's weights serve")
    }
  }

  private func neighbours() {
    do {
      let store = try FileNeighbours(DataDirectory(path, access: .read))
      guard let table = try store.table() else { return }
      examination.fine(
        "neighbours",
        "\(table.name): \(Figures.grouped(table.pairs)) of \(Figures.grouped(table.items)) items")
    } catch {
      examination.fail(
        "neighbours", Failure(explaining: error).message,
        fix: "updraft train neighbours --data \(path); until then pages go without them")
    }
  }

  /// Checks hashes, schema and smoke test, as the server does before it serves.
  private func mayServe(_ entry: ModelLedger.Entry, _ registry: ModelRegistry) -> Bool {
    do {
      _ = try ModelLoading.served(entry.id, registry)
      return true
    } catch {
      let message = "\(ModelLedger.short(entry.id)), \(entry.stage.rawValue): \(error.message)"
      if entry.stage.isSingle {
        examination.fail(
          "models", message,
          fix: "updraft models rollback --stage \(entry.stage.rawValue), or restore its folder")
      } else {
        examination.warn("models", message, fix: "updraft models import it anew")
      }
      return false
    }
  }

  private func told(_ entries: [ModelLedger.Entry]) -> String {
    guard !entries.isEmpty else { return "none: the configuration's weights serve" }
    let stages = entries.filter(\.stage.isSingle).map {
      "\(ModelLedger.short($0.id)) is \($0.stage.rawValue)"
    }
    return (["\(Figures.count(entries.count, "model")), all sound"] + stages)
      .joined(separator: ", ")
  }
}
