/// What tells the files of one model from those of another, so that vectors of a model that was
/// changed inside its folder are not taken for its own.
enum ModelFingerprint {
  /// The files that vectors follow from; those that are absent say that too.
  private static let names = [
    "config.json", "model.safetensors", "vocab.txt", "sentence_bert_config.json",
    "tokenizer_config.json", "1_Pooling/config.json",
  ]
  private static let pieceBytes = 1 << 20
  private static let prime: UInt64 = 0x100_0000_01b3

  /// FNV-1a over the files' words of eight bytes, their lengths and their names: it finds changes,
  /// not forgeries.
  static func of(_ folder: String) throws(TextModelError) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for (place, name) in names.enumerated() where ModelFile.exists("\(folder)/\(name)") {
      let file = try ModelFile("\(folder)/\(name)")
      hash = (hash ^ UInt64(place)) &* prime
      hash = (hash ^ UInt64(file.bytes)) &* prime
      var offset = 0
      while offset < file.bytes {
        let count = min(pieceBytes, file.bytes - offset)
        add(try file.read(at: offset, count: count), to: &hash)
        offset += count
      }
    }
    // The last words have hardly reached the upper bits yet.
    hash ^= hash >> 32
    hash = hash &* 0x9e37_79b9_7f4a_7c15
    return hash ^ hash >> 29
  }

  private static func add(_ bytes: [UInt8], to hash: inout UInt64) {
    let span = bytes.span
    var at = 0
    while at < span.count {
      var word: UInt64 = 0
      let end = min(span.count, at + 8)
      while at < end {
        word = word << 8 | UInt64(span[at])
        at += 1
      }
      hash = (hash ^ word) &* prime
      // A product moves bits upwards only.
      hash ^= hash >> 31
    }
  }
}
