internal import Feed
internal import Server
internal import Stores

/// What a data folder and a configuration make: the log, the engine over it, and whom to believe.
final class Node: Sendable {
  let directory: DataDirectory
  let log: SQLiteLog
  let engine: Engine
  let graphs: FileGraphs
  let models: ModelRegistry
  let neighbours: FileNeighbours
  let access: Access

  /// Takes the folder for this process alone; the engine is not started yet.
  ///
  /// - Parameter notice: called with each line that an operator should see.
  init(
    _ path: String, _ configuration: Configuration, notice: @escaping @Sendable (String) -> Void
  ) throws {
    directory = try DataDirectory(path, access: .write)
    var options = SQLiteLog.Options()
    options.durability = Durability(configuration.log.durability) ?? .always
    options.deadLettersMax = configuration.log.deadLettersMax
    options.createdBy = "updraft \(VersionCommand.number)"
    log = try SQLiteLog(directory, options)
    models = try ModelRegistry(directory)
    neighbours = try FileNeighbours(directory)
    access = try AccessFolder.access(directory, configuration.server)
    graphs = try FileGraphs(directory)
    engine = Engine(
      configuration: configuration, log: log, snapshots: try FileSnapshots(directory),
      graphs: graphs, time: SystemTime(), notice: notice)
  }

  /// Brings everything to the disk. The engine has stopped before.
  func close() throws { try log.close() }
}
