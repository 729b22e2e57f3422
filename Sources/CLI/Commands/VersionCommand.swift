internal import JSON
internal import Stores

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
    let clients = ClientLibraries.linked
    let with = clients.map { ", \($0.trait) \($0.version)" }.joined()
    console.result("updraft \(number) (\(platform)\(with))") { json in
      json.member("version", number)
      json.member("platform", platform)
      json.object("clients") { json in
        for client in clients { json.member(client.trait, client.version) }
      }
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
