internal import Glibc

/// The log loss of one label a row.
///
/// A target may be above 1: where a row was looked at with probability θ only, the target label/θ
/// makes the expected loss that of rows which are all looked at (Saito et al., WSDM 2020,
/// doi:10.1145/3336191.3371783).
package struct LogisticLoss: BoostingLoss {
  /// 0 to 1, or label/θ.
  package let targets: [Float]
  /// The mean of the targets, within 1e-6 of 0 and 1.
  package let base: Float

  package var objective: String { "binary:logistic" }

  /// The least hessian of a row, as XGBoost's own.
  private static let hessianMin: Float = 1e-16

  package init(targets: [Float]) {
    self.targets = targets
    let sum = targets.reduce(0.0) { $0 + Double($1) }
    base = Float(min(1 - 1e-6, max(1e-6, sum / Double(max(1, targets.count)))))
  }

  package mutating func differentiate(
    _ margins: [Float], gradients: inout [Float], hessians: inout [Float]
  ) {
    for row in targets.indices {
      let probability = Self.sigmoid(margins[row])
      gradients[row] = probability - targets[row]
      hessians[row] = max(probability * (1 - probability), Self.hessianMin)
    }
  }

  static func sigmoid(_ margin: Float) -> Float { 1 / (1 + expf(min(-margin, 88.7))) }

  /// The mean log loss of margins; smaller is better.
  ///
  /// - Complexity: O(rows).
  package static func loss(margins: [Float], targets: [Float]) -> Double {
    var sum = 0.0
    for (margin, target) in zip(margins, targets) {
      // log(1 + e^m) - t·m, written so that neither side overflows.
      let margin = Double(margin)
      sum += max(margin, 0) + log1p(exp(-abs(margin))) - Double(target) * margin
    }
    return sum / Double(max(1, targets.count))
  }
}
