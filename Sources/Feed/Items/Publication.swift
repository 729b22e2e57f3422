internal import Index

/// A published item with what can be computed of it without the World.
struct Publication {
  var item: Item
  /// When it was taken in; nil if the record does not tell.
  var received: Timestamp?
  /// Vectors by the built-in encoder, of which the item's begins at `start`.
  var vectors: [Float]
  var start: Int
}

extension Item {
  /// Puts the vector of the item's texts in place of `vector`; all zero when there are none.
  func encode(
    by encoder: HashedTextEncoder, into vector: inout [Float],
    _ scratch: inout HashedTextEncoder.Scratch
  ) {
    let title = text.isEmpty ? self.title : self.title + " " + text
    // The topic counts as a tag: short titles share little else.
    let isTagged = topic.isEmpty || tags.contains(topic)
    encoder.encode(
      title: title, tags: isTagged ? tags : tags + [topic],
      category: category.isEmpty ? nil : category, into: &vector, &scratch)
  }
}
