/// How a graph index is built.
public struct GraphSettings: Sendable, Equatable {
  /// What is kept of a vector beside its code.
  public enum Keeps: String, Sendable {
    /// Half-precision components: hits are scored again from them, and vectors can be read back.
    case half
    /// Nothing: hits are scored from the codes, and vectors read back are rounded to them.
    case codesOnly = "codes_only"
  }

  /// Links of a node at the ground, an even number of 4 to 256; more find more and take more
  /// memory. 0 for 32, or 44 from 256 dimensions on, where more links are worth their room.
  public var degree = 0
  /// How much nearer to another neighbour a node must be for its link to be left out, as a factor
  /// of distances, at least 1. Higher keeps more links; where rows lie in tight clusters those are
  /// the short ones, and the clusters fall apart (measured: recall .45 at 1.2, .99 at 1).
  public var alpha: Float = 1
  /// Width of the beam that looks for a new row's neighbours.
  public var constructionEffort = 130
  /// From what the layers of rows are drawn.
  public var seed: UInt64 = 1
  /// What is kept beside the codes.
  public var keeps = Keeps.half
  /// Most rows, and one past the highest row; only address space is reserved for it.
  public var capacity = 1 << 25

  /// The defaults.
  public init() {}
}

/// What an index holds, for operations.
public struct GraphStatistics: Sendable, Equatable {
  /// Rows that have a vector.
  public var rows = 0
  /// Rows that are searched exactly until they are linked.
  public var pending = 0
  /// Slots of removed rows that links still lead through.
  public var tombstones = 0
  /// Slots that can be used again, now or once the searches that may see them have ended.
  public var freeSlots = 0
  /// Links of a linked row at the ground, on average.
  public var meanLinks = 0.0
  /// Layers above the ground.
  public var layers = 0
  /// Memory in use for rows, codes, links and layers.
  public var bytes = 0
  /// The share of linked rows that no walk can reach; nil when it was not asked for.
  public var unreachable: Double?
}
