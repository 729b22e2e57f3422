/// Text to tokens as BERT reads it: control characters go, ideographs stand alone, accents and case
/// go, words end at white space and punctuation, and fall into the pieces that the model knows.
///
/// ```swift
/// let tokens = tokenizer.tokens(of: "Night trains", max: 256)  // [CLS] night trains [SEP]
/// ```
///
/// Names of control tokens in a text, such as `[SEP]`, are text here. Marks that Unicode got after
/// the model was made count as marks.
///
/// Devlin, Chang, Lee, Toutanova, *BERT*, NAACL 2019, doi:10.18653/v1/N19-1423.
package struct Tokenizer: Sendable {
  /// The tokens that there are.
  package let pieces: WordPieces
  private let lowercases: Bool
  private let stripsAccents: Bool
  private let splitsIdeographs: Bool

  /// Scalars of a word; a longer one is unknown.
  private static var wordMax: Int { 100 }

  /// A tokenizer over `pieces`.
  package init(
    _ pieces: WordPieces, lowercases: Bool = true, stripsAccents: Bool = true,
    splitsIdeographs: Bool = true
  ) {
    self.pieces = pieces
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents
    self.splitsIdeographs = splitsIdeographs
  }

  /// At most `max` tokens, with the one in front and the one behind.
  ///
  /// - Precondition: `max` is 2 or more.
  package func tokens(of text: String, max: Int) -> [Int32] {
    precondition(max >= 2, "a text has two tokens around it")
    var reading = Reading(ids: [pieces.start], pieces: pieces)
    for scalar in text.unicodeScalars {
      guard reading.ids.count < max - 1 else { break }
      scalar.isASCII ? readASCII(UInt8(scalar.value), &reading) : read(scalar, &reading)
    }
    reading.endWord()
    var ids = reading.ids
    if ids.count > max - 1 { ids.removeLast(ids.count - (max - 1)) }
    ids.append(pieces.end)
    return ids
  }

  /// The word that is being read, and the tokens of those before it.
  private struct Reading {
    var ids: [Int32]
    let pieces: WordPieces
    var word: [UInt8] = []
    var scalars = 0

    mutating func append(_ scalar: Unicode.Scalar) {
      scalars += 1
      if scalars <= Tokenizer.wordMax { word.append(contentsOf: scalar.utf8) }
    }

    mutating func endWord() {
      guard scalars > 0 else { return }
      if scalars > Tokenizer.wordMax {
        ids.append(pieces.unknown)
      } else {
        pieces.append(word, to: &ids)
      }
      word.removeAll(keepingCapacity: true)
      scalars = 0
    }
  }

  @inline(__always)
  private func readASCII(_ byte: UInt8, _ reading: inout Reading) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      reading.append(Unicode.Scalar(byte))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      reading.append(Unicode.Scalar(lowercases ? byte | 0x20 : byte))
    case 0x09, 0x0A, 0x0D, 0x20: reading.endWord()
    case 0..<0x20, 0x7F: break
    default:
      reading.endWord()
      reading.append(Unicode.Scalar(byte))
      reading.endWord()
    }
  }

  private func read(_ scalar: Unicode.Scalar, _ reading: inout Reading) {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse: return
    default: if scalar.value == 0xFFFD { return }
    }
    let isAlone = splitsIdeographs && Self.isIdeograph(scalar)
    if isAlone { reading.endWord() }
    if stripsAccents {
      // The order of marks in a row is not settled across scalars: nearly all of them go.
      scalar.decompose { part in
        if part.properties.generalCategory != .nonspacingMark { readCased(part, &reading) }
      }
    } else {
      readCased(scalar, &reading)
    }
    if isAlone { reading.endWord() }
  }

  private func readCased(_ scalar: Unicode.Scalar, _ reading: inout Reading) {
    guard lowercases else { return readClean(scalar, &reading) }
    if scalar.isASCII { return readASCII(UInt8(scalar.value), &reading) }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars { readClean(lower, &reading) }
  }

  private func readClean(_ scalar: Unicode.Scalar, _ reading: inout Reading) {
    if scalar.isASCII { return readASCII(UInt8(scalar.value), &reading) }
    if scalar.properties.isWhitespace { return reading.endWord() }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      reading.endWord()
      reading.append(scalar)
      reading.endWord()
    default: reading.append(scalar)
    }
  }

  /// Whether BERT sets a character apart as an ideograph.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B820...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
