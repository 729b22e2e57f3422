import Feed
import HTTP
import JSON
import Server
import Stores
import TestKit
import Testing

/// The life of models through a server: in, judged, served, watched, taken back.
@Suite struct ModelRouteTests {
  private static func files(_ artifact: ModelArtifact) throws -> String {
    var json = JSONWriter()
    try json.object { json in
      try json.object("files") { json in
        for (name, bytes) in try ModelFolder.files(of: artifact) {
          json.member(name, String(decoding: bytes, as: UTF8.self))
        }
      }
    }
    return json.text
  }

  /// Takes a model in and gives its id.
  private func load(
    _ artifact: ModelArtifact, _ server: TestServer, _ admin: TestServer.Caller
  ) throws -> String {
    let answer = try server.send("POST", "/admin/models", as: admin, try Self.files(artifact))
    #expect(answer.status == 201, "\(answer.text)")
    return answer.text("id")
  }

  private func promote(
    _ id: String, _ query: String, _ server: TestServer, _ admin: TestServer.Caller
  ) throws -> HTTPClient.Answer {
    try server.send("POST", "/admin/models/\(id)/promote?\(query)", as: admin)
  }

  @Test func aModelGoesFromCandidateToProductionAndBack() throws {
    let server = try TestServer(keepsModels: true)
    let admin = try server.key(.admin)
    let id = try load(SmallModel.artifact(), server, admin)
    #expect(server.engine.models.arms().shadow == nil)
    let early = try promote(id, "to=production", server, admin)
    #expect(early.status == 409 && early.code == "wrong-state", "\(early.text)")
    #expect(try promote(String(id.prefix(8)), "to=shadow", server, admin).status == 200)
    #expect(server.engine.models.arms().shadow?.id == id)
    let canary = try promote(id, "to=canary&percent=12.5&why=looks%20good", server, admin)
    #expect(canary.status == 200, "\(canary.text)")
    #expect(server.engine.models.arms().canary?.share == 0.125)
    #expect(server.engine.models.arms().shadow == nil)
    #expect(try promote(id, "to=production", server, admin).status == 200)
    #expect(server.engine.models.arms().production?.id == id)
    let shown = try server.send("GET", "/admin/models/\(id)", as: admin)
    #expect(shown.text("stage") == "production")
    #expect(shown.text.contains("looks good") && shown.text.contains("all 9 checks passed"))
    #expect(try server.send("GET", "/readyz").text.contains(#""production":"\#(id)""#))
    let metrics = try server.send("GET", "/metrics", as: admin).text
    #expect(metrics.contains(#"updraft_model_info{state="production",id="\#(id)"} 1"#))
    let back = try server.send("POST", "/admin/models/rollback", as: admin)
    #expect(back.status == 200 && back.text("stage") == "production", "\(back.text)")
    #expect(server.engine.models.arms().production == nil)
    let again = try server.send("POST", "/admin/models/rollback", as: admin)
    #expect(again.status == 409 && again.code == "wrong-state")
  }

  @Test func theGateRefusesUnlessItIsForced() throws {
    let server = try TestServer(keepsModels: true)
    let admin = try server.key(.admin)
    var artifact = SmallModel.artifact()
    artifact.manifest.metrics["ndcg@10"] = 0.3
    let id = try load(artifact, server, admin)
    let refused = try promote(id, "to=shadow", server, admin)
    #expect(refused.status == 409 && refused.code == "not-sound", "\(refused.text)")
    #expect(refused.text.contains("recent popularity 0.4"))
    #expect(server.engine.models.arms().shadow == nil)
    let metrics = try server.send("GET", "/metrics", as: admin).text
    #expect(metrics.contains("updraft_model_gate_failures_total 1"))
    let forced = try promote(id, "to=production&force=first%20model", server, admin)
    #expect(forced.status == 200, "\(forced.text)")
    #expect(server.engine.models.arms().production?.id == id)
    let history = try server.send("GET", "/admin/models/\(id)", as: admin).text
    #expect(history.contains("first model") && history.contains("1 of 9 checks failed"))
  }

  @Test func whatIsNoModelIsRefused() throws {
    let server = try TestServer(keepsModels: true)
    let admin = try server.key(.admin)
    var artifact = SmallModel.artifact()
    artifact.manifest.features[1] = "shoe_size"
    for body in [
      try Self.files(artifact), #"{"files":{}}"#, #"{"files":{"model.json":"{}"}}"#, "{}",
      #"{"files":{"model.json":"","../../x":"y"}}"#, #"{"files":{"a":3}}"#,
    ] {
      let answer = try server.send("POST", "/admin/models", as: admin, body)
      #expect(answer.status == 422, "\(body.prefix(60)): \(answer.text)")
    }
    let list = try server.send("GET", "/admin/models", as: admin)
    #expect(try list.read { try $0.require("models").count } == 0)
    // Nothing of it stays on the disk.
    #expect(TestFile.names(server.folder.path + "/data/models") == [])
    for query in ["", "to=archived", "to=canary&percent=0", "to=shadow&percent=5", "to=x"] {
      #expect(try promote("abcd", query, server, admin).status == 400, "\(query)")
    }
    #expect(try promote("abcd", "to=shadow", server, admin).status == 404)
  }

  /// Forests are longer than other bodies: what an admin sends may be so, and nothing else.
  @Test func aLargeModelIsTakenFromAnAdmin() throws {
    let server = try TestServer(keepsModels: true) { $0.server.bodyBytesMax = 1 << 20 }
    let admin = try server.key(.admin)
    var artifact = SmallModel.artifact()
    // Blanks behind a forest's JSON are still its JSON.
    artifact.files["click.json"]? += [UInt8](repeating: 0x20, count: 9 << 20)
    let body = try Self.files(artifact)
    for caller in [try server.key(.service), try server.user("ann"), .nobody, .bearer("uk_x")] {
      let refused = try server.send("POST", "/admin/models", as: caller, body)
      #expect(refused.status == 413 && refused.code == "body-too-large", "\(refused.text)")
    }
    let elsewhere = try server.send("POST", "/admin/dead-letters/discard", as: admin, body)
    #expect(elsewhere.status == 413)
    let id = try load(artifact, server, admin)
    #expect(try ModelFolder.id(of: artifact) == id)
    let taken = try server.send("GET", "/admin/models/\(id)", as: admin)
    #expect(taken.status == 200 && taken.text("stage") == "candidate")
  }

  @Test func aServerWithoutARegistrySaysSo() throws {
    let server = try TestServer()
    let answer = try server.send("GET", "/admin/models", as: try server.key(.admin))
    #expect(answer.status == 404 && answer.text.contains("keeps no models"))
  }

  @Test func aRestartServesWhatServedAndTellsWhatItCannot() throws {
    let folder = TemporaryFolder()
    var ids: [String] = []
    do {
      let server = try TestServer(folder: folder, keepsModels: true)
      let admin = try server.key(.admin)
      for leaf in [0.5, 1] as [Float] {
        let id = try load(SmallModel.artifact(leaf: leaf), server, admin)
        #expect(try promote(id, "to=production&force=test", server, admin).status == 200)
        ids.append(id)
      }
      server.server.stop()
    }
    do {
      let server = try TestServer(folder: folder, keepsModels: true)
      #expect(server.engine.models.arms().production?.id == ids[1])
      server.server.stop()
    }
    let file = "\(folder.path)/data/models/\(ids[1])/click.json"
    var bytes = try TestFile.read(file)
    bytes[bytes.count / 2] ^= 1
    try TestFile.write(file, bytes)
    do {
      let server = try TestServer(folder: folder, keepsModels: true)
      #expect(server.engine.models.arms().production?.id == ids[0])
      let ready = try server.send("GET", "/readyz?verbose=1")
      #expect(ready.status == 200 && ready.text.contains("can't be served as production"))
      // Without being asked for more: what serves, what was refused, and why.
      let plain = try server.send("GET", "/readyz")
      try plain.read { root in
        let models = try root.require("models")
        #expect(try models.require("production").string() == ids[0])
        for refused in try models.require("refused").elements(maxCount: 1) {
          #expect(try refused.require("id").string() == ids[1])
          #expect(try refused.require("stage").string() == "production")
          #expect(try refused.require("serving").string() == ids[0])
          #expect(try refused.require("reason").string().contains("click.json"))
        }
        #expect(try models.require("refused").count == 1)
      }
      server.server.stop()
    }
    try TestFile.write(folder.path + "/data/models/ledger", [0x7b])
    let broken = try TestServer(folder: folder, keepsModels: true)
    let text = try broken.send("GET", "/readyz?verbose=1").text
    #expect(text.contains("does not match its hash"), "\(text)")
    let admin = try broken.key(.admin)
    let answer = try broken.send("POST", "/admin/models/rollback", as: admin)
    #expect(answer.status == 422, "\(answer.text)")
  }

  /// Says of everything 3e38 or its negative, which a weight of 10 makes no number any more.
  private static func boundless() -> ModelArtifact {
    var artifact = SmallModel.artifact(leaf: 3e38)
    artifact.manifest.heads[0] = .init(name: "order", file: "order.json")
    artifact.manifest.smokeOutputs = [[-3e38, 3e38]]
    let text = SmallModel.stump(leaf: 3e38).split(separator: "binary:logistic")
    artifact.files = ["order.json": Array(text.joined(separator: "rank:ndcg").utf8)]
    return artifact
  }

  @Test func theGuardianTakesAFailingCanaryBackAndLeavesASoundOne() throws {
    let server = try TestServer(keepsModels: true) { configuration in
      configuration.models.guardPages = 5
      configuration.surfaces["home"]?.utility = ["click": 1, "order": 10]
    }
    let admin = try server.key(.admin)
    let service = try server.key(.service)
    try server.publish(
      (0..<30).map { #"{"item_id":"i\#($0)","author_id":"a\#($0)","title":"t"}"# }, as: service)
    let sound = try load(SmallModel.artifact(), server, admin)
    let bad = try load(Self.boundless(), server, admin)
    for (id, remains) in [(sound, true), (bad, false)] {
      let answer = try promote(id, "to=canary&percent=100&force=test", server, admin)
      #expect(answer.status == 200, "\(answer.text)")
      for number in 0..<8 {
        let page = try server.send("GET", "/v1/feed", as: try server.user("u\(number)"))
        #expect(page.status == 200)
      }
      server.clock.advance(milliseconds: 5_000)
      server.server.tendModels()
      #expect((server.engine.models.arms().canary?.model.id == id) == remains)
    }
    #expect(server.engine.meters.arms[.canary].failures.value == 8)
    let history = try server.send("GET", "/admin/models/\(bad)", as: admin).text
    #expect(
      history.contains(#""actor":"guardian""#) && history.contains("errors: failed on 8 of 8"))
    let ready = try server.send("GET", "/readyz?verbose=1").text
    #expect(ready.contains("the guardian took"))
    let metrics = try server.send("GET", "/metrics", as: admin).text
    #expect(metrics.contains(#"updraft_model_rollbacks_total{by="guardian"} 1"#))
  }

  /// Trained, registered, judged, and taken on by itself as time passes.
  @Test func aTrainedModelGoesOnByItself() throws {
    let server = try TestServer(keepsModels: true, trainer: StandInTrainer()) { configuration in
      configuration.models.auto = .production
      configuration.models.canaryImpressions = 0
    }
    let admin = try server.key(.admin)
    server.server.trainModel(why: "the test says so")
    let list = try server.send("GET", "/admin/models", as: admin)
    #expect(list.text.contains("the test says so"), "\(list.text)")
    server.server.tendModels()
    let id = try #require(server.engine.models.arms().shadow?.id)
    server.server.tendModels()
    #expect(server.engine.models.arms().shadow?.id == id, "its time is not over")
    server.clock.advance(milliseconds: server.configuration.models.shadowTimeMs)
    server.server.tendModels()
    #expect(server.engine.models.arms().canary?.share == 0.05)
    server.clock.advance(milliseconds: server.configuration.models.canaryTimeMs)
    server.server.tendModels()
    #expect(server.engine.models.arms().production?.id == id)
    let metrics = try server.send("GET", "/metrics", as: admin).text
    #expect(metrics.contains(#"updraft_model_training_runs_total{outcome="model"} 1"#))
  }

  @Test func trainingsAreDueByTimeAndByLabels() {
    var settings = ModelLifeSettings()
    settings.trainEveryMs = 1_000
    settings.trainAfterLabels = 50
    var schedule = TrainingSchedule(settings, start: .zero)
    #expect(schedule.due(at: Timestamp(milliseconds: 999), labels: 10) == nil)
    #expect(schedule.due(at: Timestamp(milliseconds: 999), labels: 59) == nil)
    #expect(schedule.due(at: Timestamp(milliseconds: 999), labels: 60) == "50 labels have come")
    #expect(schedule.due(at: Timestamp(milliseconds: 999), labels: 61) == nil)
    #expect(schedule.due(at: Timestamp(milliseconds: 1_000), labels: 61) != nil)
    schedule.trained(at: Timestamp(milliseconds: 1_500))
    #expect(schedule.due(at: Timestamp(milliseconds: 2_499), labels: 61) == nil)
    #expect(schedule.due(at: Timestamp(milliseconds: 2_500), labels: 61) != nil)
  }
}

/// Gives a small model at once.
private struct StandInTrainer: ModelTrainer {
  func train(
    timeoutMs: Int64, isStopping: () -> Bool, progress: (String) -> Void
  ) throws(RegistryError) -> ModelArtifact {
    progress("1 of 1 rounds")
    return SmallModel.artifact()
  }
}
