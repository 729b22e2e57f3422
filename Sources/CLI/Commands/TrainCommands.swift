/// `updraft train …`: models out of what the log holds.
enum TrainCommands {
  static let group: Command = Command(
    "train", "Learn from what users did.",
    examples: [
      .init("updraft train vectors --data ./data", "Item vectors, by who turned to what.")
    ],
    subcommands: [TrainVectorsCommand.command])
}
