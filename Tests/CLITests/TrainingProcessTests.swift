import CLI
import Feed
import Stores
import TestKit
import Testing

/// Training in a process of its own, with a script in the place of the program.
@Suite struct TrainingProcessTests {
  private let folder = TemporaryFolder()

  /// A script that is given the words of the training.
  private func trainer(_ script: String) throws -> any ModelTrainer {
    let path = try Disk.write("#!/bin/sh\n" + script, folder.path + "/trainer")
    TestFile.setPermissions(path, 0o700)
    return ModelTraining.trainer(
      data: folder.path + "/data", settings: ["--set", "learning.windows.click=5s"], program: path)
  }

  private func train(
    _ script: String, timeoutMs: Int64 = 60_000, isStopping: () -> Bool = { false }
  ) throws -> (ModelArtifact, [String]) {
    var lines: [String] = []
    let artifact = try trainer(script).train(timeoutMs: timeoutMs, isStopping: isStopping) {
      lines.append($0)
    }
    return (artifact, lines)
  }

  @Test func theModelThatItWroteComesBack() throws {
    let model = folder.path + "/made"
    try ModelFolder.write(SmallModel.artifact(), to: model)
    // The words are: train ranker --data DIR --output DIR --json, then the server's settings; the
    // priority is the lowest. Progress comes on standard error, as the program tells it.
    let (artifact, lines) = try train(
      """
      [ "$1 $2 $3 $5 $7" = "train ranker --data --output --json" ] || exit 3
      [ "$8 $9" = "--set learning.windows.click=5s" ] || exit 4
      while [ "$(cut -d' ' -f19 /proc/$$/stat)" != 19 ]; do sleep 0.01; done
      echo 'click: 3 rounds' >&2
      sleep 0.5
      cp -r \(model) "$6"
      """)
    #expect(artifact == SmallModel.artifact())
    #expect(lines == ["click: 3 rounds"])
  }

  @Test func aFailureKeepsItsReason() throws {
    let error = #expect(throws: RegistryError.self) {
      try train(#"echo '{"error":{"code":"x","message":"too few labels"}}' >&2; exit 1"#)
    }
    #expect(error?.message == "the training ended with 1: too few labels")
    #expect(throws: RegistryError.self) { try train("exit 0") }
    let none = ModelTraining.trainer(data: "x", program: folder.path + "/none")
    #expect(throws: RegistryError.self) {
      try none.train(timeoutMs: 1_000, isStopping: { false }) { _ in }
    }
  }

  @Test func itEndsInTime() throws {
    let late = #expect(throws: RegistryError.self) { try train("exec sleep 600", timeoutMs: 1) }
    #expect(late?.message.contains("models.train_timeout") == true)
    let stopped = #expect(throws: RegistryError.self) {
      try train("exec sleep 600", isStopping: { true })
    }
    #expect(stopped?.message == "the server stops")
  }
}
