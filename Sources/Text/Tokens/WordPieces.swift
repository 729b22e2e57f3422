/// The words and parts of words that a model knows, as a trie over their UTF-8 bytes. A token's
/// number is its line in `vocab.txt`, counted from 0; of equal lines the last counts.
package struct WordPieces: Sendable {
  /// Tokens in all.
  package let count: Int
  /// A token that no text holds frames every text, and stands for what is not known.
  package let unknown: Int32
  /// Stands before each text.
  package let start: Int32
  /// Stands after each text.
  package let end: Int32

  /// The node behind `parent << 8 | byte`.
  private var children: [UInt64: UInt32] = [:]
  /// The token that ends at a node; -1: none.
  private var tokens: [Int32] = [-1]
  /// Where parts begin that do not start a word, which are written with `##` in front.
  private var inside: UInt32 = 0

  /// The tokens in the lines of a vocabulary file; `path` is for messages.
  package init(_ lines: [UInt8], path: String) throws(TextModelError) {
    var ends = (unknown: Int32(-1), start: Int32(-1), end: Int32(-1))
    var count: Int32 = 0
    let breaks = UInt8(ascii: "\n")
    let body = lines.last == breaks ? lines.dropLast() : lines[...]
    for line in body.split(separator: breaks, omittingEmptySubsequences: false) {
      let word = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      let node = Self.insert(word, into: &children, &tokens)
      tokens[Int(node)] = count
      if word.elementsEqual("[UNK]".utf8) { ends.unknown = count }
      if word.elementsEqual("[CLS]".utf8) { ends.start = count }
      if word.elementsEqual("[SEP]".utf8) { ends.end = count }
      count += 1
    }
    guard min(ends.unknown, ends.start, ends.end) >= 0 else {
      throw TextModelError(.vocabulary, "\(path): lacks [UNK], [CLS] or [SEP]; get the model anew")
    }
    self.count = Int(count)
    (unknown, start, end) = ends
    inside = Self.insert(ArraySlice("##".utf8), into: &children, &tokens)
  }

  private static func insert(
    _ word: ArraySlice<UInt8>, into children: inout [UInt64: UInt32], _ tokens: inout [Int32]
  ) -> UInt32 {
    var node: UInt32 = 0
    for byte in word {
      let edge = UInt64(node) << 8 | UInt64(byte)
      if let child = children[edge] {
        node = child
      } else {
        node = UInt32(tokens.count)
        children[edge] = node
        tokens.append(-1)
      }
    }
    return node
  }

  /// Appends the tokens of a word: the longest that starts it, the longest that goes on from there,
  /// and so on; the unknown token alone where that does not reach the word's end.
  ///
  /// - Complexity: O(bytes x the longest token).
  func append(_ word: [UInt8], to ids: inout [Int32]) {
    let first = ids.count
    var position = 0
    while position < word.count {
      var node = position == 0 ? 0 : inside
      var (token, next) = (Int32(-1), position)
      var at = position
      while at < word.count, let child = children[UInt64(node) << 8 | UInt64(word[at])] {
        node = child
        at += 1
        if tokens[Int(node)] >= 0 { (token, next) = (tokens[Int(node)], at) }
      }
      guard token >= 0 else {
        ids.removeLast(ids.count - first)
        ids.append(unknown)
        return
      }
      ids.append(token)
      position = next
    }
  }
}
