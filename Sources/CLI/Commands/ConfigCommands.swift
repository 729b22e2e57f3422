internal import Feed
internal import JSON
internal import Settings

/// `updraft config …`: what is set, by whom, and whether it may be.
enum ConfigCommands {
  static let group: Command = Command(
    "config", "Check, show and write out the configuration.",
    about: """
      A value comes from an option of the command line, else from the environment, else from the \
      file, else from the program. In the environment server.listen is UPDRAFT__SERVER__LISTEN: \
      two underscores between the parts of a path.
      """,
    examples: [
      .init(
        "updraft config default > updraft.yaml",
        "Every setting with its default and what it does, to edit."),
      .init("updraft config check --config updraft.yaml", "Says what is wrong, line by line."),
      .init(
        "updraft config show --origin --config updraft.yaml",
        "What holds, and where each value comes from."),
    ],
    subcommands: [check, show, standard])

  private static let check: Command = Command(
    "check", "Check a configuration and say what is wrong with it.",
    about: """
      Reads the file and the environment as the server would. Each fault is told with file, line \
      and column, and with what was probably meant. The folder that text_model names must hold a \
      model. What is sound, but has no effect beside other settings, is told too.
      """,
    operands: [Operand("FILE", "The configuration, as with --config", optional: true)],
    options: [.config, .set],
    examples: [
      .init("updraft config check updraft.yaml", "Checks the file and the environment."),
      .init("updraft config check --set log.durability=os", "Checks one setting by itself."),
    ], exits: [.failed: "something is wrong; standard error says what and where"]
  ) { arguments, console in
    let operand = arguments.operands.first
    guard operand == nil || !arguments.has(.config) else {
      throw Failure.usage("name one file: FILE means the same as --config FILE")
    }
    let loaded = try ConfigurationLoader.load(arguments, path: operand)
    try TextModelFolder.check(loaded)
    let place = operand ?? arguments.text(.config) ?? "the defaults and the environment"
    let set = loaded.origins.count
    let doubts = loaded.value.doubts
    for doubt in doubts { console.note(doubt) }
    console.result("\(place): sound, \(set) settings set") { json in
      json.member("sound", true)
      json.member("set", set)
      json.member("doubts", doubts)
      json.member("world_digest", Figures.digest(loaded.value.world.digest))
    }
    return .well
  }

  private static let show: Command = Command(
    "show", "Print the configuration that holds.",
    about: "What is printed can be used as a file again.", options: [.config, .set, .origin],
    examples: [
      .init("updraft config show --config updraft.yaml", "Every setting as the server sees it."),
      .init("updraft config show --origin", "With the place that each value comes from."),
    ]
  ) { arguments, console in
    let loaded = try ConfigurationLoader.load(arguments)
    if console.isJSON {
      for setting in Configuration.schema.all(in: loaded.value) {
        console.json { json in
          json.member("path", setting.path)
          json.member("value", setting.text(in: loaded.value))
          json.member("origin", loaded.origin(of: setting.path).description)
        }
      }
      return .well
    }
    let notes: Schema<Configuration>.Notes = arguments.has(.origin) ? .origins : .none
    console.text(Configuration.schema.show(loaded, notes: notes))
    return .well
  }

  private static let standard: Command = Command(
    "default", "Print a file with every setting, its default and what it does.",
    examples: [
      .init("updraft config default > updraft.yaml", "A file to begin with."),
      .init("updraft config default | less", "The manual of the settings."),
    ]
  ) { _, console in
    console.text(Configuration.schema.show(Loaded(value: Configuration()), notes: .docs))
    return .well
  }
}

extension Option {
  static let config = Option("config", "FILE", "The configuration, in YAML.")
  static let set = Option(
    "set", "KEY=VALUE", "Set one value, such as log.durability=os.", repeats: true)
  static let origin = Option("origin", "Show where each value comes from.")
}

/// Reads the configuration that the options, the environment and a file make.
enum ConfigurationLoader {
  static func load(
    _ arguments: Arguments, over defaults: Configuration = Configuration(),
    flags: [SettingFlag] = [], path: String? = nil
  ) throws -> Loaded<Configuration> {
    var all: [SettingFlag] = []
    for text in arguments.texts(.set) {
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw Failure.usage("--set \(text): expected KEY=VALUE, such as log.durability=os")
      }
      let value = String(text[text.index(after: equals)...])
      all.append(SettingFlag("--set", path: String(text[..<equals]), text: value))
    }
    let file = try (path ?? arguments.text(.config)).map { ($0, try Files.read($0)) }
    return try Configuration.schema.load(
      defaults, file: file, environment: Environment.variables, flags: all + flags)
  }
}
