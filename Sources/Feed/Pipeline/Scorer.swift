/// Says how good each candidate is: a batch of features in, a column of scores out.
///
/// A scorer is synchronous and never removes. Higher is better; a score that is not finite sinks
/// below all others. It is called once a batch and loops inside.
package protocol Scorer: Sendable {
  /// The features that it reads; the others need not be computed.
  var features: FeatureSet { get }

  /// Sets `scores` to one score a candidate, in the order of the matrix.
  func score(_ features: borrowing FeatureMatrix, into scores: inout [Float])

  /// What a feature adds to the score of one candidate; explains it.
  func contribution(_ feature: Feature, _ value: Float) -> Float
}
