/// One coordinate of FTRL-Proximal, the learner of McMahan et al., "Ad click prediction: a view
/// from the trenches" (KDD 2013, doi:10.1145/2487575.2488200), algorithm 1.
///
/// Each weight has a rate of its own, which falls with the gradients that it has met; `l1` keeps
/// weights of little evidence at exactly 0.
package struct FTRL: Sendable {
  /// 1/α.
  private let slope: Float
  /// What the denominator of a weight is without a gradient: β/α + λ₂.
  private let floor: Float
  private let l1: Float

  /// What is kept of a coordinate beside its weight, 8 bytes.
  package struct State: Equatable, Sendable {
    package var z: Float = 0
    /// The root of the sum of squared gradients: n of the paper is its square.
    package var root: Float = 0

    /// A coordinate that has met no gradient.
    package init() {}
  }

  /// Settings out of range count as their nearest sound value.
  package init(alpha: Double, beta: Double, l1: Double, l2: Double) {
    let alpha = alpha.isFinite ? Float(max(1e-6, alpha)) : 1e-6
    let beta = beta.isFinite ? Float(max(1e-6, beta)) : 1
    slope = 1 / alpha
    floor = beta / alpha + (l2.isFinite ? Float(max(0, l2)) : 0)
    self.l1 = l1.isFinite ? Float(max(0, l1)) : 0
  }

  /// Takes a gradient in; `weight` is the coordinate's, and becomes the new one.
  ///
  /// A gradient beyond ±10⁹ counts as that, so that no square of it overflows.
  @inline(__always)
  package func step(_ state: inout State, _ weight: inout Float, gradient: Float) {
    let gradient = min(1e9, max(-1e9, gradient))
    let root = (state.root * state.root + gradient * gradient).squareRoot()
    state.z += gradient - (root - state.root) * slope * weight
    state.root = root
    let magnitude = abs(state.z) - l1
    let size = max(0, magnitude) / (floor + root * slope)
    weight = state.z < 0 ? size : -size
  }
}
