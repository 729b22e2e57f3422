/// What a forest is grown to make small.
package protocol BoostingLoss {
  /// What XGBoost calls an objective of its kind; it decides the link that the model's file names.
  var objective: String { get }

  /// Where every prediction begins, in the space of predictions.
  var base: Float { get }

  /// First and second derivatives of the loss by each row's margin.
  ///
  /// - Parameter margins: what the forest says so far, before the link.
  mutating func differentiate(
    _ margins: [Float], gradients: inout [Float], hessians: inout [Float])
}
