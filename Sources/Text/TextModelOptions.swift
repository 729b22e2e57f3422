/// How much a text model may take of the machine.
public struct TextModelOptions: Sendable {
  /// Threads of OpenBLAS in one product of matrices, for the whole process. One is best for
  /// serving: several texts at a time share the cores better than one text does.
  public var productThreads = 1
  /// Texts or batches that are embedded at the same time; others wait for their turn. Each has
  /// memory for 1,024 tokens: 17 MiB for a model of 384 components.
  public var passesMax = 4
  /// Vectors of queries that are kept.
  public var queriesKept = 4096

  /// The defaults.
  public init() {}
}
