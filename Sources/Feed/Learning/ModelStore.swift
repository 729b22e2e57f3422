/// The port behind which models and the ledger of their lives are kept. One writer at a time.
public protocol ModelStore: AnyObject, Sendable {
  /// The ledger; an empty one when nothing was kept yet.
  ///
  /// - Throws: `.corrupt` when what is kept is damaged, `.unavailable` when it can't be read.
  func ledger() throws(RegistryError) -> ModelLedger

  /// Keeps a ledger in place of the one before, at once and durably.
  func keep(_ ledger: ModelLedger) throws(RegistryError)

  /// Keeps an artifact under the hash of its content, which is given back. The ledger does not know
  /// it yet.
  func add(_ artifact: ModelArtifact) throws(RegistryError) -> String

  /// Keeps a model that came as the files of its folder, by name, under the hash of its content.
  ///
  /// - Throws: `.corrupt` when the files are no model.
  func add(files: [String: [UInt8]]) throws(RegistryError) -> String

  /// The artifact of an id, checked against its hash.
  ///
  /// - Throws: `.unknown` when there is none, `.corrupt` when it is damaged.
  func artifact(_ id: String) throws(RegistryError) -> ModelArtifact

  /// Drops artifacts that the ledger has forgotten.
  func drop(_ ids: [String]) throws(RegistryError)
}
