internal import Feed
internal import JSON
internal import Server
internal import Settings
internal import Stores

/// `updraft keys …`: who may call the server.
enum KeyCommands {
  static let group: Command = Command(
    "keys", "Make, list and revoke service keys; make tokens for users.",
    about: """
      A service key lets a program in: scope service writes events and reads pages for every user, \
      admin operates the server, metrics reads /metrics. A token lets one user in: the pages and \
      interactions of the server are that user's. Both go into the header Authorization: Bearer.

      All of this works beside a running server, which sees a change within a second.
      """,
    examples: [
      .init(
        "updraft keys create --data ./data --scope service --label importer",
        "A key for a program; it is shown once."),
      .init("updraft keys token --data ./data --user ada", "A token for the user ada."),
      .init("updraft keys list --data ./data", "The keys that are good."),
    ],
    subcommands: [create, list, revoke, token])

  private static let create: Command = Command(
    "create", "Make a service key.",
    about: "The key is shown once and kept hashed: store it where your program finds it.",
    options: [.data.required, .scope.required, .label, .create],
    examples: [
      .init("updraft keys create --data ./data --scope service", "Writes events, reads pages."),
      .init("updraft keys create --data ./data --scope metrics --json", #"{"key":"uk_…"}"#),
    ]
  ) { arguments, console in
    let directory = try AccessFolder.open(arguments)
    guard let scope = Scope(rawValue: try arguments.required(.scope)) else { return .usage }
    let label = arguments.text(.label) ?? ""
    let key = try AccessFolder.keys(directory).create(scope: scope, label: label)
    console.result(key) { $0.member("key", key) }
    return .well
  }

  private static let list: Command = Command(
    "list", "List the service keys.", options: [.data.required],
    examples: [
      .init("updraft keys list --data ./data", "A table: id, scope, since when, label."),
      .init("updraft keys list --data ./data --json", "One object a key."),
    ]
  ) { arguments, console in
    let directory = try DataDirectory(try arguments.required(.data), access: .read)
    let keys = try AccessFolder.keys(directory).list()
    var table = TextTable(["id", "scope", "made", "label"])
    for key in keys {
      let made = Figures.instant(milliseconds: key.created.milliseconds)
      table.add([key.id, key.scope.rawValue, made, Figures.printable(key.label)])
      guard console.isJSON else { continue }
      console.json { json in
        json.member("id", key.id)
        json.member("scope", key.scope.rawValue)
        json.member("created", made)
        json.member("label", key.label)
      }
    }
    if !console.isJSON {
      console.line(keys.isEmpty ? "no keys; make one: updraft keys create" : table.text)
    }
    return .well
  }

  private static let revoke: Command = Command(
    "revoke", "End a service key.", operands: [Operand("ID", "The key's id, from keys list")],
    options: [.data.required],
    examples: [
      .init("updraft keys revoke --data ./data 3pTVpW9XbU0a", "By the id that keys list shows."),
      .init("updraft keys list --data ./data", "Shows what is left."),
    ]
  ) { arguments, console in
    let directory = try DataDirectory(try arguments.required(.data), access: .read)
    let id = arguments.operands[0]
    guard try AccessFolder.keys(directory).revoke(id: id) else {
      throw Failure("no-key", "there is no key '\(id)'; see: updraft keys list")
    }
    console.result("revoked \(id)") { $0.member("revoked", id) }
    return .well
  }

  private static let token: Command = Command(
    "token", "Make a token for a user.",
    about: """
      The token is a JSON Web Token (HS256) whose subject is the user. Issuer, audience and life \
      are those of the configuration; name the server's file with --config if it has one.
      """, options: [.data.required, .user.required, .ttl, .create, .config, .set],
    examples: [
      .init("updraft keys token --data ./data --user ada", "Good for a day."),
      .init("updraft keys token --data ./data --user ada --ttl 10m --json", #"{"token":"…"}"#),
    ]
  ) { arguments, console in
    let settings = try ConfigurationLoader.load(arguments).value.server
    let directory = try AccessFolder.open(arguments)
    let age = try arguments.milliseconds(.ttl, in: 1_000...(3650 * 86_400_000))
    let token = try AccessFolder.access(directory, settings).tokens.issue(
      user: try arguments.required(.user), now: SystemTime().now, ageMs: age)
    console.result(token) { $0.member("token", token) }
    return .well
  }
}

extension Option {
  static let scope = Option(
    "scope", "SCOPE", "What the key may do.", choices: Scope.allCases.map(\.rawValue))
  static let label = Option("label", "TEXT", "What people call it.")
  static let user = Option("user", "USER", "The user's identifier.")
  static let ttl = Option(
    "ttl", "TIME", "How long the token is good, such as 10m, 24h or 30d.",
    standard: "server.token_age")
}
