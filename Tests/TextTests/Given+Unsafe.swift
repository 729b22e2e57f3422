import Glibc

/// What a person has for the tests. Safe because paths go to the system for one call only, and a
/// variable of the environment is copied before anything could change it: tests set none.
enum Given {
  /// Whether figures are wanted.
  static var measures: Bool { variable("UPDRAFT_MEASURE") != nil }

  /// The folder of a model.
  static var model: String? { variable("UPDRAFT_TEXT_MODEL") }

  /// The folder of titles with their vectors.
  static var titles: String? {
    let folder = (variable("UPDRAFT_DATA") ?? "../shared/data") + "/titles-minilm"
    return unsafe access(folder, R_OK) == 0 ? folder : nil
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
