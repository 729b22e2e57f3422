internal import CXGBoost

// Safe because the library's message is a string of its own that lives until this thread's next
// call, and is copied before that.

/// The library that trains.
enum XGBoostLibrary {
  /// "xgboost 1.7.4".
  static var name: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    unsafe XGBoostVersion(&major, &minor, &patch)
    return "xgboost \(major).\(minor).\(patch)"
  }

  /// - Throws: what the library says of its last call on this thread, unless that went well.
  static func check(_ status: Int32) throws(LabError) {
    guard status != 0 else { return }
    let message = unsafe XGBGetLastError().map { unsafe String(cString: $0) } ?? "no reason given"
    // Behind the first line stands the library's own call stack.
    throw failure(String(message.prefix { $0 != "\n" }))
  }

  static func failure(_ message: String) -> LabError { LabError(.training, "XGBoost: \(message)") }
}
