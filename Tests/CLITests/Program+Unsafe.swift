import CLI
import Glibc
import TestKit

// Safe because the system fills a buffer of the length that it is told.

/// The program that was built beside the tests.
enum Program {
  /// Where it lies.
  static let path: String = {
    let own = CommandLine.arguments.first ?? ""
    let candidates = [own, executable].map { file in
      String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) + "/updraft"
    }
    return candidates.first { unsafe access($0, X_OK) == 0 } ?? "updraft"
  }()

  /// Runs it to its end.
  static func run(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> ChildProcess.Ending {
    try run(arguments, environment: environment)
  }

  /// Runs it to its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> ChildProcess.Ending {
    try ChildProcess(path, arguments, environment: environment).wait()
  }

  private static var executable: String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe readlink(
        "/proc/self/exe", start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
