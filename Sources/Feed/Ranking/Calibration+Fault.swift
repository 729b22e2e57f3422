extension Calibration {
  /// What is wrong with the map, in words; nil when it is one: as many knots on both sides, raw
  /// values that rise, calibrated ones that never fall and are probabilities.
  public var fault: String? {
    guard raw.count == calibrated.count else {
      return "\(raw.count) raw and \(calibrated.count) calibrated knots"
    }
    guard zip(raw, raw.dropFirst()).allSatisfy(<), raw.allSatisfy(\.isFinite) else {
      return "raw knots of a calibration must be finite and rise"
    }
    guard zip(calibrated, calibrated.dropFirst()).allSatisfy(<=) else {
      return "a calibration must never fall"
    }
    guard calibrated.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      return "calibrated values must be probabilities, 0 to 1"
    }
    return nil
  }
}
