/// What can go wrong with a model: its files, its schema, its moves.
public typealias RegistryError = Fault<RegistryCode>

/// The stable codes of `RegistryError`.
public enum RegistryCode: String, Sendable {
  /// Bytes are damaged or missing.
  case corrupt = "model-corrupt"
  /// It is whole, but not for this program: features or heads that it does not know.
  case schema = "model-schema"
  /// There is no model of that id.
  case unknown = "model-unknown"
  /// The move does not fit the state that the model is in.
  case conflict = "model-conflict"
  /// The gate is shut: a check failed.
  case gate = "model-gate"
  /// It can't be written or read.
  case unavailable = "model-unavailable"
}
