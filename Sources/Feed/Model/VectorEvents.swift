/// Gives an item a vector in a space, beside the one that came with it: from an image encoder, from
/// factorised behaviour, from a newer version of the text encoder.
public struct ItemVector: Equatable, Sendable {
  /// The item.
  public var item: String
  /// The space: `text`, `image`, `cf`…
  public var space: String
  /// The version of the space that it is of; 0 = the one that serves.
  public var version: UInt32
  /// The components; empty takes the vector away.
  public var vector: [Float]
  /// When.
  public var time: Timestamp

  /// Makes a vector of an item.
  public init(
    item: String, space: String, version: UInt32 = 0, vector: [Float], time: Timestamp
  ) {
    self.item = item
    self.space = space
    self.version = version
    self.vector = vector
    self.time = time
  }
}

/// Lets another version of a space serve from here on: a newer one that was filled beside it, or
/// again the one before.
public struct SpaceSwitch: Equatable, Sendable {
  /// The space.
  public var space: String
  /// The version that serves.
  public var version: UInt32
  /// What makes its vectors, for people; empty = whoever sends them.
  public var encoder: String
  /// Components of a vector, for a version that has none yet.
  public var dimension: UInt32
  /// When.
  public var time: Timestamp

  /// Makes a switch.
  public init(
    space: String, version: UInt32, encoder: String = "", dimension: UInt32 = 0, time: Timestamp
  ) {
    self.space = space
    self.version = version
    self.encoder = encoder
    self.dimension = dimension
    self.time = time
  }
}
