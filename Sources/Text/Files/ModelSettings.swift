internal import JSON

/// What the configuration files of a sentence-transformers folder say of a BERT model.
struct ModelSettings: Sendable {
  /// Components of a token's vector, and of a text's.
  var hidden = 0
  var layers = 0
  var heads = 0
  /// Components between the two products of a feed-forward step.
  var inner = 0
  /// Tokens that have a position.
  var positions = 0
  /// Kinds of segments; texts are of the first.
  var kinds = 0
  /// Rows of the table of words.
  var words = 0
  var epsilon: Float = 0
  /// Tokens of a text that are read, with the two that frame it.
  var tokensMax = 0
  var lowercases = true
  var stripsAccents = true
  var splitsIdeographs = true

  /// Reads the files of `folder`: `config.json`, and those that may be absent.
  init(folder: String) throws(TextModelError) {
    try Self.read("\(folder)/config.json") { config throws(JSONError) in
      try readShape(config)
    }
    tokensMax = min(positions, 512)
    try Self.read("\(folder)/sentence_bert_config.json", isOptional: true) {
      file throws(JSONError) in
      if let length = try file.optional("max_seq_length") {
        tokensMax = min(tokensMax, try length.int(in: 3...1 << 20))
      }
    }
    try Self.read("\(folder)/tokenizer_config.json", isOptional: true) { file throws(JSONError) in
      lowercases = try file.optional("do_lower_case")?.bool() ?? true
      stripsAccents = try file.optional("strip_accents")?.bool() ?? lowercases
      splitsIdeographs = try file.optional("tokenize_chinese_chars")?.bool() ?? true
    }
    try Self.read("\(folder)/1_Pooling/config.json", isOptional: true) { file throws(JSONError) in
      for member in try file.members() where member.key.hasPrefix("pooling_mode_") {
        if try member.value.bool() != member.named("pooling_mode_mean_tokens") {
          throw member.value.error(.invalid, "only the mean of the tokens is built in")
        }
      }
    }
  }

  private mutating func readShape(_ config: JSONValue) throws(JSONError) {
    try Self.expect("bert", of: config.optional("model_type"))
    try Self.expect("gelu", of: config.optional("hidden_act"))
    try Self.expect("absolute", of: config.optional("position_embedding_type"))
    hidden = try config.require("hidden_size").int(in: 1...8192)
    layers = try config.require("num_hidden_layers").int(in: 1...128)
    heads = try config.require("num_attention_heads").int(in: 1...hidden)
    inner = try config.require("intermediate_size").int(in: 1...65_536)
    positions = try config.require("max_position_embeddings").int(in: 3...1 << 20)
    kinds = try config.require("type_vocab_size").int(in: 1...1024)
    words = try config.require("vocab_size").int(in: 1...1 << 24)
    epsilon = Float(try config.optional("layer_norm_eps")?.double(in: 1e-30...1) ?? 1e-12)
    guard hidden % heads == 0 else {
      throw config.error(.invalid, "\(heads) heads do not share \(hidden) components evenly")
    }
  }

  private static func expect(_ only: String, of value: JSONValue?) throws(JSONError) {
    guard let value, !value.equals(only) else { return }
    throw value.error(.invalid, "only \"\(only)\" is built in")
  }

  private static func read(
    _ path: String, isOptional: Bool = false, _ body: (JSONValue) throws(JSONError) -> Void
  ) throws(TextModelError) {
    if isOptional, !ModelFile.exists(path) { return }
    let bytes = try ModelFile.whole(path, bytesMax: 16 << 20)
    do {
      try body(JSONParser(bytesMax: 16 << 20).parse(bytes))
    } catch {
      let code: TextModelError.Code = error.code == .invalid ? .unsupported : .config
      throw TextModelError(code, "\(path): \(error); use a BERT model with mean pooling")
    }
  }
}
