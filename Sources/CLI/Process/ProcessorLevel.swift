/// The variable of the environment that leaves wider instructions of the processor out, so that a
/// machine can be measured as an older one. The kernels read it before anything else runs.
enum ProcessorLevel {
  static let variable = "UPDRAFT_CPU"
  /// What it may say, as in `CKernels/level.h`.
  static let known = ["avx2", "sse2", "scalar"]

  /// What is wrong with it; nil when it is not set or is understood.
  static func doubt(_ environment: [String: String]) -> String? {
    guard let text = environment[variable], !text.isEmpty, !known.contains(text) else { return nil }
    return "\(variable)='\(Figures.printable(text))' in the environment has no effect, every "
      + "instruction of this processor is used; what it may say is \(known.joined(separator: ", "))"
  }
}
