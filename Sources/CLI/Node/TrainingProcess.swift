package import Feed
internal import JSON
internal import Stores
internal import Sync

/// Trains by this very program in a process of its own, at the lowest priority: the log is read
/// beside the server, and the model comes back as a folder.
struct TrainingProcess: ModelTrainer {
  /// The data folder.
  let data: String
  /// The words that say the server's configuration, as `--config` and `--set`: the labels must be
  /// joined by the same windows as here.
  var settings: [String] = []
  /// The program; another one only in tests.
  var program = "/proc/self/exe"

  private static let pollMs = 200

  /// What trains a model over the data folder into another one.
  private func words(_ output: String) -> [String] {
    ["train", "ranker", "--data", data, "--output", output, "--json"] + settings
  }

  /// The words that say the configuration which a command was given.
  static func settings(of arguments: Arguments) -> [String] {
    let files = arguments.text(.config).map { ["--config", $0] } ?? []
    return files + arguments.texts(.set).flatMap { ["--set", $0] }
  }

  func train(
    timeoutMs: Int64, isStopping: () -> Bool, progress: (String) -> Void
  ) throws(RegistryError) -> ModelArtifact {
    do {
      let scratch = try ScratchFolder("updraft-training")
      let output = scratch.path + "/model"
      let process = try ChildProcess(program, words(output))
      process.lowerPriority()
      let ending = try wait(process, timeoutMs: timeoutMs, isStopping: isStopping, progress)
      guard ending.code == 0 else {
        let last = ending.error.split(separator: "\n").last.map(String.init) ?? ""
        throw RegistryError(
          .unavailable, "the training ended with \(ending.code): \(Self.reason(last))")
      }
      return try ModelFolder.read(output).artifact
    } catch let error as RegistryError {
      throw error
    } catch {
      throw RegistryError(.unavailable, Failure(explaining: error).message)
    }
  }

  private func wait(
    _ process: ChildProcess, timeoutMs: Int64, isStopping: () -> Bool,
    _ progress: (String) -> Void
  ) throws -> ChildProcess.Ending {
    let pause = Lock()
    let deadline = ContinuousClock.now + .milliseconds(timeoutMs)
    var told = 0
    while process.isRunning {
      pause.withLock { pause.wait(milliseconds: Self.pollMs) }
      // Standard output has the result alone; how far it is stands beside.
      let lines = process.errorSoFar.split(separator: "\n", omittingEmptySubsequences: true)
      if lines.count > told, let line = lines.last {
        told = lines.count
        progress(Figures.printable(String(line.prefix(500))))
      }
      let isLate = ContinuousClock.now > deadline
      guard isLate || isStopping() else { continue }
      process.end(9)
      throw RegistryError(
        .unavailable,
        isLate
          ? "the training took longer than models.train_timeout (\(timeoutMs / 1000) s)"
          : "the server stops")
    }
    return process.wait()
  }

  /// The message of an error line, which is JSON.
  private static func reason(_ line: String) -> String {
    let message = try? JSONParser().parse(line).require("error").require("message").string()
    return Figures.printable(message ?? String(line.prefix(500)))
  }
}

/// Makes a trainer that is another program, which tests put in the place of this one.
package enum ModelTraining {
  /// A trainer over a data folder.
  package static func trainer(
    data: String, settings: [String] = [], program: String
  ) -> any ModelTrainer {
    TrainingProcess(data: data, settings: settings, program: program)
  }
}
