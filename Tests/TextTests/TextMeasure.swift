import TestKit
import Testing
import Text

/// Times the model over real titles; prints, and judges nothing. Run:
/// `UPDRAFT_MEASURE=1 UPDRAFT_TEXT_MODEL=models/minilm swift test -c release --filter TextMeasure`.
@Suite(
  .enabled(if: Given.measures && Given.model != nil && Given.titles != nil), .serialized)
struct TextMeasure {
  private static func lines(_ name: String, column: Int) throws -> [String] {
    let file = try TestFile.read(#require(Given.titles) + "/" + name)
    return file.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.split(separator: 9, maxSplits: column).last ?? [], as: UTF8.self)
    }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = RealTime()
    let start = clock.ticks
    try body()
    return Double(clock.ticks - start) / 1e9
  }

  @Test func titles() throws {
    let clock = RealTime()
    var model: TextModel?
    let load = try Self.seconds {
      model = try TextModel(folder: #require(Given.model), time: clock)
    }
    print("load: \(load) s")
    let titles = try Array(Self.lines("titles.tsv", column: 2).prefix(4000))
    let loaded = try #require(model)
    var tokens = 0
    let cut = Self.seconds {
      for title in titles { tokens += loaded.tokenizer.tokens(of: title, max: 256).count }
    }
    print("\(titles.count) titles, \(tokens) tokens, cut in \(cut) s")
    _ = loaded.embed(Array(titles.prefix(64)))
    for threads in [1, 2] {
      let spent = Self.seconds { _ = loaded.embed(titles, threads: threads) }
      print("\(threads) threads: \(Double(titles.count) / spent) titles/s")
    }
  }

  @Test(arguments: [1, 2])
  func queries(productThreads: Int) throws {
    var options = TextModelOptions()
    options.queriesKept = 0
    options.productThreads = productThreads
    let model = try TextModel(
      folder: #require(Given.model), time: RealTime(), options: options)
    let queries = try Self.lines("queries.tsv", column: 2)
    let times = queries.map { query in
      Self.seconds { _ = model.embed(query: query, within: 1000) }
    }.sorted()
    let short = (0..<300).map { _ in
      Self.seconds { _ = model.embed(query: "night trains of europe", within: 1000) }
    }.sorted()
    print(
      "queries, \(productThreads) product threads: p50 \(times[times.count / 2] * 1e3) ms, "
        + "p99 \(times[times.count * 99 / 100] * 1e3) ms; four words p50 \(short[150] * 1e3) ms")
  }
}
