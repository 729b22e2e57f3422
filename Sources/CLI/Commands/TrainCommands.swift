/// `updraft train …`: from the log to examples and models.
enum TrainCommands {
  static let group: Command = Command(
    "train", "Make examples, models and vectors from what was served.",
    examples: [
      .init(
        "updraft train export --data ./data --output examples.csv --format csv",
        "Every item shown, with its features as scored and what came of it."),
      .init("updraft train vectors --data ./data", "Item vectors, by who turned to what."),
      .init("updraft train neighbours --data ./data", "Which items come after which."),
      .init(
        "updraft train ranker --data ./data --output model", "A model from what was served."),
    ],
    subcommands: [
      TrainExportCommand.command, TrainVectorsCommand.command, TrainNeighboursCommand.command,
      TrainRankerCommand.command,
    ])
}
