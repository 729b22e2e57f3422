/// How the program ends.
package enum ExitCode: Int32, Sendable, CaseIterable, Comparable {
  /// Everything was done.
  case well = 0
  /// Something failed; standard error says what.
  case failed = 1
  /// The command was not understood.
  case usage = 2
  /// The work was done, but some rows were refused.
  case rejected = 3
  /// Nothing is known to be wrong, but what was to be proven could not be.
  case unproven = 4

  /// Orders by number.
  package static func < (left: ExitCode, right: ExitCode) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Why a command ends early: what, where, and what to do.
package struct Failure: Error, Equatable, Sendable {
  /// The exit code.
  package let exit: ExitCode
  /// The stable code for scripts.
  package let code: String
  /// What happened and what to do.
  package let message: String

  init(_ code: String, _ message: String, exit: ExitCode = .failed) {
    self.code = code
    self.message = message
    self.exit = exit
  }

  /// A command that was not understood.
  static func usage(_ message: String) -> Failure {
    Failure("usage", message, exit: .usage)
  }
}
