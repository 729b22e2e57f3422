/// A numerical split of LightGBM as a node here.
struct LightGBMSplit {
  /// What counts as missing (bits 2 and 3 of a decision type).
  enum Missing: Int {
    /// Nothing: NaN is taken for 0.
    case none = 0
    /// NaN and 0.
    case zero = 1
    /// NaN.
    case nan = 2
  }

  let missing: Missing
  let threshold: Float
  let goesLeftIfMissing: Bool

  /// - Parameters:
  ///   - kind: bit 0: categorical; bit 1: missing goes left; bits 2 and 3: what is missing.
  ///   - threshold: rows up to it, and it itself, go left.
  init(kind: Int, threshold: Double, in block: LightGBMBlock) throws(ForestError) {
    guard kind & 1 == 0 else {
      throw block.error(.unsupported, "a categorical split; numerical ones are evaluated")
    }
    guard let missing = Missing(rawValue: kind >> 2) else {
      throw block.error(.format, "decision_type \(kind) is not known")
    }
    self.missing = missing
    self.threshold = Self.strict(threshold)
    goesLeftIfMissing = missing == .none ? threshold >= 0 : kind & 2 != 0
  }

  /// The float t with x < t exactly where the finite float x is at most `threshold`.
  static func strict(_ threshold: Double) -> Float {
    let nearest = Float(threshold)
    return Double(nearest) <= threshold ? nearest.nextUp : nearest
  }
}
