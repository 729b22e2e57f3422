/// The port behind which models are trained: another process, another machine, or a test.
public protocol ModelTrainer: Sendable {
  /// Trains a model from the log and gives it back; takes as long as that takes.
  ///
  /// - Parameters:
  ///   - timeoutMs: ends the training after that.
  ///   - isStopping: asked several times a second; true ends the training.
  ///   - progress: called with a line whenever there is something to tell.
  /// - Throws: `.unavailable` with the reason when there is no model.
  func train(
    timeoutMs: Int64, isStopping: () -> Bool, progress: (String) -> Void
  ) throws(RegistryError) -> ModelArtifact
}
