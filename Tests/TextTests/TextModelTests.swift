import Feed
import Sync
import Synchronization
import TestKit
import Testing
import Text

@Suite struct TextModelTests {
  private let folder = TemporaryFolder()
  private let tiny = TinyModel(seed: 7)

  /// A clock on which every look takes a millisecond.
  private final class Hurrying: TimeSource {
    private let looks = Atomic<UInt64>(0)
    var now: Timestamp { Timestamp(milliseconds: 0) }
    var ticks: UInt64 { looks.add(1, ordering: .relaxed).newValue * 1_000_000 }
  }

  private static let texts = [
    "", "night", "the cat of europe", "Night trains!", "trains trains trains trains",
    "nobody knows",
    "the night the night the night the night the night the night the night the night the night",
  ]

  private func model(
    _ time: any TimeSource = FakeTime(), options: TextModelOptions = TextModelOptions()
  ) throws -> TextModel {
    try tiny.write(to: folder.path)
    return try TextModel(folder: folder.path, time: time, options: options)
  }

  private func distance(_ vector: [Float], _ twin: [Double]) -> Double {
    zip(vector, twin).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  }

  @Test(arguments: ["", "bert."])
  func vectorsAreThoseOfTheTwin(prefix: String) throws {
    try tiny.write(to: folder.path, prefix: prefix)
    let model = try TextModel(folder: folder.path, time: FakeTime())
    #expect(model.dimension == tiny.hidden)
    #expect(model.tokensMax == tiny.positions)
    let vectors = model.embed(Self.texts)
    for (text, vector) in zip(Self.texts, vectors) {
      let tokens = model.tokenizer.tokens(of: text, max: model.tokensMax).map(Int.init)
      #expect(vector.count == tiny.hidden)
      #expect(distance(vector, tiny.vector(of: tokens)) < 2e-5, "\(text)")
    }
  }

  /// The server keeps vectors by it: another model in the same folder is not the old one.
  @Test func anotherModelInTheFolderIsNoticed() throws {
    let before = try model().fingerprint
    #expect(try model().fingerprint == before)
    try TinyModel(seed: 8).write(to: folder.path)
    #expect(try TextModel(folder: folder.path, time: FakeTime()).fingerprint != before)
    // One bit in the middle of the numbers.
    try tiny.write(to: folder.path)
    let path = folder.path + "/model.safetensors"
    var bytes = try TestFile.read(path)
    bytes[bytes.count / 2] ^= 1
    try TestFile.write(path, bytes)
    #expect(try TextModel(folder: folder.path, time: FakeTime()).fingerprint != before)
    bytes[bytes.count / 2] ^= 1
    try TestFile.write(path, bytes)
    #expect(try TextModel(folder: folder.path, time: FakeTime()).fingerprint == before)
    try TestFile.write(
      folder.path + "/tokenizer_config.json", Array(#"{"do_lower_case":true}"#.utf8))
    #expect(try TextModel(folder: folder.path, time: FakeTime()).fingerprint != before)
  }

  @Test func aTextHasOneVectorInAnyBatchOnAnyThreads() throws {
    let model = try model()
    let alone = Self.texts.map { model.embed([$0])[0] }
    var chance = SeededGenerator.announced("aTextHasOneVectorInAnyBatchOnAnyThreads")
    for threads in [1, 2, 5] {
      let order = (0..<400).map { _ in chance.below(Self.texts.count) }
      let vectors = model.embed(order.map { Self.texts[$0] }, threads: threads)
      #expect(vectors.count == order.count)
      for (vector, index) in zip(vectors, order) {
        #expect(distance(vector, alone[index].map(Double.init)) < 1e-5)
      }
    }
    #expect(model.embed([], threads: 3).isEmpty)
  }

  @Test func aQueryIsKeptAndTheOldestGoes() throws {
    var options = TextModelOptions()
    options.queriesKept = 2
    let model = try model(options: options)
    let night = try #require(model.embed(query: "night", within: 10))
    #expect(distance(night, model.embed(["night"])[0].map(Double.init)) < 1e-5)
    #expect(model.embed(query: "cat", within: 10) != nil)
    #expect(model.embed(query: "night", within: 10) == night)
    #expect(model.queryCounts == counts(kept: 1, embedded: 2))
    #expect(model.embed(query: "europe", within: 10) != nil)  // in place of "cat"
    #expect(model.embed(query: "night", within: 10) == night)
    #expect(model.embed(query: "cat", within: 10) != nil)  // in place of "europe"
    #expect(model.queryCounts == counts(kept: 2, embedded: 4))
    #expect(model.embed(query: "europe", within: 10) != nil)
    #expect(model.queryCounts == counts(kept: 2, embedded: 5))
  }

  private func counts(kept: Int, embedded: Int, late: Int = 0) -> QueryCounts {
    var counts = QueryCounts()
    (counts.kept, counts.embedded, counts.late) = (kept, embedded, late)
    return counts
  }

  @Test func aQueryEndsAtItsTimeLimit() throws {
    let model = try model(Hurrying())
    for limit in [0, 1, 3, 9] {
      #expect(model.embed(query: "night", within: limit) == nil)
    }
    #expect(model.queryCounts == counts(kept: 0, embedded: 0, late: 4))
    #expect(model.embed(query: "night", within: 1000) != nil)
    #expect(model.embed(query: "night", within: 0) != nil)
    #expect(model.queryCounts == counts(kept: 1, embedded: 1, late: 4))
  }

  @Test func queriesFromManyThreadsShareFewPasses() throws {
    var options = TextModelOptions()
    (options.passesMax, options.queriesKept) = (2, 0)
    let model = try model(options: options)
    let alone = model.embed(Self.texts)
    let wrong = Atomic<Int>(0)
    withThreads(6) {
      for (text, vector) in zip(Self.texts, alone) {
        let found = model.embed(query: text, within: 1000).map {
          distance($0, vector.map(Double.init))
        }
        if found.map({ $0 > 1e-5 }) ?? true { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  private func withThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    let threads = (0..<count).map { _ in Thread(body) }
    for thread in threads { thread.join() }
  }

  @Test func settingsFilesAreRead() throws {
    try tiny.write(to: folder.path)
    try TestFile.write(
      folder.path + "/sentence_bert_config.json", Array(#"{"max_seq_length":5}"#.utf8))
    try TestFile.write(
      folder.path + "/tokenizer_config.json", Array(#"{"do_lower_case":false}"#.utf8))
    let model = try TextModel(folder: folder.path, time: FakeTime())
    #expect(model.tokensMax == 5)
    let tokens = model.tokenizer.tokens(of: "night Night night night night", max: model.tokensMax)
    #expect(tokens == [2, 4, 1, 4, 3])
  }

  /// What is wrong in a folder: a file, what it holds, the code of the refusal.
  static let wrong: [(file: String, text: String, code: TextModelError.Code)] = [
    ("config.json", "{", .config),
    ("config.json", #"{"hidden_size":24}"#, .config),
    ("vocab.txt", "night\n", .vocabulary),
    ("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n" + String(repeating: "a\n", count: 100), .vocabulary),
    ("model.safetensors", "12345678{}", .header),
    ("1_Pooling/config.json", #"{"pooling_mode_cls_token":true}"#, .unsupported),
    ("sentence_bert_config.json", #"{"max_seq_length":0}"#, .config),
  ]

  @Test(arguments: wrong.indices)
  func aWrongFolderIsRefused(index: Int) throws {
    let (file, text, code) = Self.wrong[index]
    try tiny.write(to: folder.path)
    makeFolder(folder.path + "/1_Pooling")
    try TestFile.write(folder.path + "/" + file, Array(text.utf8))
    let error = #expect(throws: TextModelError.self) {
      try TextModel(folder: folder.path, time: FakeTime())
    }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(error?.description.contains(file) == true)
  }

  @Test(arguments: [
    (#""hidden_size":24"#, #""hidden_size":23"#, TextModelError.Code.unsupported),
    (#""hidden_size":24"#, #""hidden_size":48"#, .tensor),
    (#""hidden_size":24"#, #""hidden_size":99999999"#, .config),
    (#""num_hidden_layers":3"#, #""num_hidden_layers":4"#, .tensor),
    (#""hidden_act":"gelu""#, #""hidden_act":"relu""#, .unsupported),
    (#""model_type":"bert""#, #""model_type":"mpnet""#, .unsupported),
    (#""vocab_size":15"#, #""vocab_size":3"#, .vocabulary),
  ])
  func aConfigurationThatDoesNotFitIsRefused(
    from: String, to: String, code: TextModelError.Code
  ) throws {
    try tiny.write(to: folder.path)
    try TestFile.write(
      folder.path + "/config.json", Array(tiny.config.replacing(from, with: to).utf8))
    let error = #expect(throws: TextModelError.self) {
      try TextModel(folder: folder.path, time: FakeTime())
    }
    #expect(error?.code == code, "\(String(describing: error))")
  }

  @Test func anAbsentFileIsNamed() throws {
    for file in ["config.json", "vocab.txt", "model.safetensors"] {
      try tiny.write(to: folder.path)
      try TestFile.remove(folder.path + "/" + file)
      let error = #expect(throws: TextModelError.self) {
        try TextModel(folder: folder.path, time: FakeTime())
      }
      #expect(error?.code == .file)
      #expect(error?.description.contains(file) == true)
    }
  }
}
