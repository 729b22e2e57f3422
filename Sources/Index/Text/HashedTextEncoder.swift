/// Vectors for text without a model: each word, pair of neighbouring words, tag and category adds
/// to one component, which its hash names, with a sign, which its hash gives. Texts that share
/// words then have a cosine well above 0, and other pairs are near 0 on average.
///
/// ```swift
/// let encoder = HashedTextEncoder(dimension: 64, seed: 1)
/// encoder.encode(title: "Night trains of Europe", tags: ["rail"], category: "travel", into:
/// &vector)
/// ```
///
/// A word is a run of ASCII letters and digits and of any bytes beyond ASCII, with ASCII letters in
/// lower case. A feature that occurs n times counts √n. The result is the same in every process and
/// on every machine. It knows nothing of meaning, word forms or other alphabets' cases, and two
/// features may share a component.
///
/// Signed feature hashing: Weinberger, Dasgupta, Langford, Smola, Attenberg, *Feature Hashing for
/// Large Scale Multitask Learning*, ICML 2009, doi:10.1145/1553374.1553516.
public struct HashedTextEncoder: Sendable {
  /// Components of a vector.
  public let dimension: Int
  /// Chooses the hash; vectors of different seeds cannot be compared.
  public let seed: UInt64

  /// Bytes read of a title, of a category, and of all tags together; the rest is ignored.
  private static var bytesMax: Int { 4096 }

  /// Makes an encoder.
  ///
  /// - Precondition: `dimension` is 1 to 65,536.
  public init(dimension: Int, seed: UInt64) {
    precondition((1...65_536).contains(dimension), "a vector has 1 to 65,536 components")
    self.dimension = dimension
    self.seed = seed
  }

  /// Puts the vector of an item in place of `vector`: `dimension` components of length one
  /// together, or all zero when there is no word, tag or category.
  ///
  /// Words of the category and the tags count as words too, besides the whole.
  ///
  /// - Complexity: O(b log b + dimension) for b bytes of text, of which at most 12 KiB are read.
  public func encode(
    title: String, tags: [String], category: String?, into vector: inout [Float]
  ) {
    var scratch = Scratch()
    encode(title: title, tags: tags, category: category, into: &vector, &scratch)
  }

  /// The same with memory that serves for many texts.
  public func encode(
    title: String, tags: [String], category: String?, into vector: inout [Float],
    _ features: inout Scratch
  ) {
    features.removeAll()
    var bytes = Self.bytesMax
    _ = read(title, bytes: &bytes, into: &features)
    bytes = Self.bytesMax
    for tag in tags {
      guard bytes > 0 else { break }
      bytes -= 1  // an empty tag costs something too, so that a list of them has an end
      if let whole = read(tag, bytes: &bytes, into: &features) { features.tags.append(whole) }
    }
    bytes = Self.bytesMax
    if let category, let whole = read(category, bytes: &bytes, into: &features) {
      features.categories.append(whole)
    }
    features.sums.append(contentsOf: repeatElement(0, count: dimension))
    add(&features.words, salt: 1, weight: 1, to: &features.sums)
    add(&features.pairs, salt: 2, weight: 0.5, to: &features.sums)
    add(&features.tags, salt: 3, weight: 2, to: &features.sums)
    add(&features.categories, salt: 4, weight: 2, to: &features.sums)
    let length = features.sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vector.removeAll(keepingCapacity: true)
    for sum in features.sums { vector.append(length > 0 ? Float(sum / length) : 0) }
  }

  /// What an encoder works with: the hashes of a text's features, and their sums.
  public struct Scratch {
    fileprivate var words: [UInt64] = []
    fileprivate var pairs: [UInt64] = []
    fileprivate var tags: [UInt64] = []
    fileprivate var categories: [UInt64] = []
    fileprivate var sums: [Double] = []

    /// Empty scratch.
    public init() {}

    fileprivate mutating func removeAll() {
      words.removeAll(keepingCapacity: true)
      pairs.removeAll(keepingCapacity: true)
      tags.removeAll(keepingCapacity: true)
      categories.removeAll(keepingCapacity: true)
      sums.removeAll(keepingCapacity: true)
    }
  }

  /// Adds the words of `text` and their pairs to `features`, reading and deducting at most `bytes`
  /// bytes, and returns a hash of all words in order, or nil when there is none.
  private func read(_ text: String, bytes: inout Int, into features: inout Scratch) -> UInt64? {
    var whole: UInt64?
    var previous: UInt64?
    var word: UInt64?
    func end(_ hash: UInt64) {
      features.words.append(hash)
      if let previous { features.pairs.append(Self.mix(previous, hash)) }
      whole = Self.mix(whole ?? seed, hash)
      previous = hash
    }
    for byte in text.utf8 {
      guard bytes > 0 else { break }
      bytes -= 1
      if let letter = Self.letter(byte) {
        word = ((word ?? Self.basis) ^ UInt64(letter)) &* Self.prime
      } else if let hash = word {
        end(hash)
        word = nil
      }
    }
    if let hash = word { end(hash) }
    return whole
  }

  /// Adds the features with these hashes: each distinct one √(times it occurs) × `weight`.
  private func add(
    _ hashes: inout [UInt64], salt: UInt64, weight: Double, to sums: inout [Double]
  ) {
    hashes.sort()
    var start = 0
    while start < hashes.count {
      var end = start + 1
      while end < hashes.count, hashes[end] == hashes[start] { end += 1 }
      let hash = Self.mix(seed ^ salt, hashes[start])
      let component = Int(((hash >> 32) &* UInt64(dimension)) >> 32)
      let amount = weight * Double(end - start).squareRoot()
      sums[component] += hash & 1 == 0 ? amount : -amount
      start = end
    }
  }

  /// The byte as part of a word, ASCII letters in lower case; nil between words.
  @inline(__always)
  private static func letter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 128...:
      byte
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    default: nil
    }
  }

  // FNV-1a of 64 bits over the letters of a word, then `mix`, because its high bits are weak.
  private static var basis: UInt64 { 0xcbf2_9ce4_8422_2325 }
  private static var prime: UInt64 { 0x0000_0100_0000_01b3 }

  /// A hash of two hashes in order: one step of SplitMix64 (Steele, Lea, Flood 2014,
  /// doi:10.1145/2714064.2660195) from the first, with the second mixed in.
  private static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var z = first &* 0x9e37_79b9_7f4a_7c15 &+ second &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
