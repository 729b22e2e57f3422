/// Says how good each candidate is: a batch of features in, a column of scores out.
///
/// A scorer is synchronous and never removes. Higher is better; a score that is not finite sinks
/// below all others. It is called once a batch and loops inside.
package protocol Scorer: Sendable {
  /// The features that it reads; the others need not be computed.
  var features: FeatureSet { get }

  /// Sets `scores` to one score a candidate, in the order of the matrix, and `heads` to what it is
  /// made of, if anything.
  func score(
    _ features: borrowing FeatureMatrix, _ heads: inout HeadColumns, into scores: inout [Float])
}
