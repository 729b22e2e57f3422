internal import Glibc

extension Forest {
  /// The prediction that belongs to a sum.
  public func linked(_ sum: Float) -> Float {
    switch link {
    case .identity: sum
    // Below -88.7 e^x overflows a float; the result is then 0 to its last bit.
    case .logistic: 1 / (1 + expf(min(-slope * sum, 88.7)))
    case .exponential: expf(sum)
    }
  }
}
