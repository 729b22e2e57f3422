internal import JSON

/// `updraft version`.
enum VersionCommand {
  /// The program's version.
  static let number = "0.1.0"

  static let command: Command = Command(
    "version", "Show the version.",
    examples: [
      .init("updraft version", "One line for people."),
      .init("updraft version --json", "The same for programs."),
    ]
  ) { _, console in
    console.result("updraft \(number) (\(platform))") { json in
      json.member("version", number)
      json.member("platform", platform)
    }
    return .well
  }

  private static var platform: String {
    #if arch(x86_64)
      "linux x86_64"
    #elseif arch(arm64)
      "linux arm64"
    #else
      "linux"
    #endif
  }
}
