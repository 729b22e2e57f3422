internal import CBLAS
public import Feed
internal import Sync

/// Vectors for text, from a BERT model in memory: texts of like meaning have a high inner product.
///
/// ```swift
/// let model = try TextModel(folder: "models/minilm", time: time)
/// let vectors = model.embed(["Night trains of Europe", "Sleeping on rails"])
/// let query = model.embed(query: "trains", within: 20)  // nil after 20 ms: do without
/// ```
///
/// The folder is one of sentence-transformers: `config.json`, `model.safetensors`, `vocab.txt`, and
/// `sentence_bert_config.json`, `tokenizer_config.json` and `1_Pooling/config.json` where they are.
/// The model is one like all-MiniLM-L6-v2: BERT with GELU and the mean of the tokens. A text's end
/// beyond `tokensMax` tokens is not read. Safe to use from many threads.
public final class TextModel: Sendable {
  /// Components of a vector.
  public var dimension: Int { encoder.settings.hidden }
  /// Tokens of a text that are read, with the two that frame it.
  public var tokensMax: Int { encoder.settings.tokensMax }
  /// Changes with the files of the model.
  public let fingerprint: UInt64
  /// Cuts texts into tokens.
  package let tokenizer: Tokenizer

  private let encoder: BertEncoder
  private let spaces: EncoderSpacePool
  private let time: any TimeSource
  private let cache: QueryCache
  private let tally = QueryTally()

  /// What a folder must hold; other files may be absent.
  public static let files = ["config.json", "model.safetensors", "vocab.txt"]

  /// Tokens of a pass, where a single text has no more.
  private static var passMax: Int { 1024 }

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - folder: where the files of the model are.
  ///   - time: its ticks end queries that take too long.
  public init(
    folder: String, time: any TimeSource, options: TextModelOptions = TextModelOptions()
  ) throws(TextModelError) {
    let settings = try ModelSettings(folder: folder)
    fingerprint = try ModelFingerprint.of(folder)
    let vocabulary = "\(folder)/vocab.txt"
    let pieces = try WordPieces(
      ModelFile.whole(vocabulary, bytesMax: 64 << 20), path: vocabulary)
    guard pieces.count <= settings.words else {
      throw TextModelError(
        .vocabulary,
        "\(vocabulary): \(pieces.count) tokens, the model has \(settings.words); get both anew")
    }
    tokenizer = Tokenizer(
      pieces, lowercases: settings.lowercases, stripsAccents: settings.stripsAccents,
      splitsIdeographs: settings.splitsIdeographs)
    let weights = try BertWeights(Safetensors("\(folder)/model.safetensors"), settings)
    encoder = BertEncoder(settings: settings, weights: weights)
    let tokens = max(Self.passMax, settings.tokensMax)
    spaces = EncoderSpacePool(countMax: options.passesMax) {
      EncoderSpace(settings, tokensMax: tokens)
    }
    self.time = time
    cache = QueryCache(countMax: options.queriesKept)
    openblas_set_num_threads(Int32(clamping: max(1, options.productThreads)))
  }

  /// The vectors of texts, in order: `dimension` components at unit length each.
  ///
  /// - Parameter threads: how many threads share the work, the calling one among them.
  public func embed(_ texts: [String], threads: Int = 1) -> [[Float]] {
    let tokens = texts.map { tokenizer.tokens(of: $0, max: tokensMax) }
    let passes = Self.passes(tokens, threads: threads)
    let vectors = Gathered(count: texts.count)
    let work: @Sendable (Int) -> Void = { [self] first in
      for index in stride(from: first, to: passes.count, by: max(1, threads)) {
        let pass = passes[index]
        let done = spaces.use(mayWait: { true }) { space in
          encoder.encode(tokens[pass], in: space, isLate: { false })
        }
        vectors.put(done ?? [], at: pass.lowerBound)
      }
    }
    let helpers = (1..<max(1, min(threads, passes.count))).map { first in
      Thread { work(first) }
    }
    work(0)
    for helper in helpers { helper.join() }
    return vectors.all
  }

  /// The vector of a query, from those kept or made now; nil when it is not done after
  /// `milliseconds`.
  public func embed(query: String, within milliseconds: Int) -> [Float]? {
    if let vector = cache.vector(of: query) {
      tally.count { $0.kept += 1 }
      return vector
    }
    let (limit, isForever) = time.ticks.addingReportingOverflow(
      UInt64(clamping: max(0, min(milliseconds, 1 << 40))) * 1_000_000)
    let isLate = { [time] in !isForever && time.ticks >= limit }
    let tokens = [tokenizer.tokens(of: query, max: tokensMax)]
    let vectors = spaces.use(mayWait: { !isLate() }) { space in
      encoder.encode(tokens[...], in: space, isLate: isLate)
    }
    guard let vector = vectors?.first else {
      tally.count { $0.late += 1 }
      return nil
    }
    cache.keep(vector, of: query)
    tally.count { $0.embedded += 1 }
    return vector
  }

  /// What became of the queries so far.
  public var queryCounts: QueryCounts { tally.counts }

  /// Neighbouring texts that make up a pass: as many as fit, yet a share for each thread.
  private static func passes(_ texts: [[Int32]], threads: Int) -> [Range<Int>] {
    let all = texts.reduce(0) { $0 + $1.count }
    let share = min(passMax, (all + max(1, threads) - 1) / max(1, threads))
    var passes: [Range<Int>] = []
    var (start, tokens) = (0, 0)
    for (index, text) in texts.enumerated() {
      if index > start, tokens + text.count > share {
        passes.append(start..<index)
        (start, tokens) = (index, 0)
      }
      tokens += text.count
    }
    if start < texts.count { passes.append(start..<texts.count) }
    return passes
  }
}

/// Vectors that several threads bring together.
private final class Gathered: @unchecked Sendable {
  // Sendable: `vectors` is read and written under `lock`.
  private let lock = Lock()
  private var vectors: [[Float]]

  init(count: Int) { vectors = Array(repeating: [], count: count) }

  func put(_ part: [[Float]], at start: Int) {
    lock.withLock { vectors.replaceSubrange(start..<start + part.count, with: part) }
  }

  var all: [[Float]] { lock.withLock { vectors } }
}

/// Counts of queries that several threads add to.
private final class QueryTally: @unchecked Sendable {
  // Sendable: `current` is read and written under `lock`.
  private let lock = Lock()
  private var current = QueryCounts()

  func count(_ change: (inout QueryCounts) -> Void) { lock.withLock { change(&current) } }

  var counts: QueryCounts { lock.withLock { current } }
}
