internal import CBLAS

// Safe because `turned` reads and writes blocks of exactly `rows` x `columns` floats.

/// The numbers of a BERT model. Matrices lie with a row for each input, so that rows of activations
/// are multiplied from the left.
struct BertWeights: Sendable {
  /// One layer of the encoder.
  struct Layer: Sendable {
    /// Queries, keys and values side by side: hidden x 3 hidden.
    let attention: FloatBlock
    let attentionBias: FloatBlock
    /// hidden x hidden.
    let joining: FloatBlock
    let joiningBias: FloatBlock
    let attentionNorm: Norm
    /// hidden x inner.
    let widening: FloatBlock
    let wideningBias: FloatBlock
    /// inner x hidden.
    let narrowing: FloatBlock
    let narrowingBias: FloatBlock
    let norm: Norm
  }

  /// A layer norm.
  struct Norm: Sendable {
    let gain: FloatBlock
    let shift: FloatBlock
  }

  /// A row for each token of the vocabulary.
  let words: FloatBlock
  /// A row for each position, with what marks the first segment added.
  let positions: FloatBlock
  let norm: Norm
  let layers: [Layer]

  /// Reads the weights from a file that must hold all that `settings` name.
  init(_ file: Safetensors, _ settings: ModelSettings) throws(TextModelError) {
    let prefix = file.tensors["bert.embeddings.word_embeddings.weight"] == nil ? "" : "bert."
    let hidden = settings.hidden
    let table = prefix + "embeddings."
    words = try file.block(
      table + "word_embeddings.weight", shape: [settings.words, hidden])
    let positions = try file.block(
      table + "position_embeddings.weight", shape: [settings.positions, hidden])
    let kinds = try file.block(
      table + "token_type_embeddings.weight", shape: [settings.kinds, hidden])
    for i in 0..<positions.count { positions[i] += kinds[i % hidden] }
    self.positions = positions
    norm = try Self.norm(file, table + "LayerNorm", hidden)
    var layers: [Layer] = []
    for index in 0..<settings.layers {
      layers.append(try Self.layer(file, prefix + "encoder.layer.\(index).", settings))
    }
    self.layers = layers
  }

  private static func layer(
    _ file: Safetensors, _ name: String, _ settings: ModelSettings
  ) throws(TextModelError) -> Layer {
    let (hidden, inner) = (settings.hidden, settings.inner)
    let attention = FloatBlock(count: 3 * hidden * hidden)
    let attentionBias = FloatBlock(count: 3 * hidden)
    for (part, word) in ["query", "key", "value"].enumerated() {
      let dense = name + "attention.self.\(word)."
      let weight = try file.block(dense + "weight", shape: [hidden, hidden])
      turn(
        weight, rows: hidden, columns: hidden, into: attention, at: part * hidden, of: 3 * hidden)
      let bias = try file.block(dense + "bias", shape: [hidden])
      for i in 0..<hidden { attentionBias[part * hidden + i] = bias[i] }
    }
    func matrix(_ part: String, _ outputs: Int, _ inputs: Int) throws(TextModelError) -> FloatBlock
    {
      let weight = try file.block(name + part + ".weight", shape: [outputs, inputs])
      let turned = FloatBlock(count: weight.count)
      turn(weight, rows: outputs, columns: inputs, into: turned, at: 0, of: outputs)
      return turned
    }
    return Layer(
      attention: attention, attentionBias: attentionBias,
      joining: try matrix("attention.output.dense", hidden, hidden),
      joiningBias: try file.block(name + "attention.output.dense.bias", shape: [hidden]),
      attentionNorm: try norm(file, name + "attention.output.LayerNorm", hidden),
      widening: try matrix("intermediate.dense", inner, hidden),
      wideningBias: try file.block(name + "intermediate.dense.bias", shape: [inner]),
      narrowing: try matrix("output.dense", hidden, inner),
      narrowingBias: try file.block(name + "output.dense.bias", shape: [hidden]),
      norm: try norm(file, name + "output.LayerNorm", hidden))
  }

  private static func norm(
    _ file: Safetensors, _ name: String, _ hidden: Int
  ) throws(TextModelError) -> Norm {
    Norm(
      gain: try file.block(name + ".weight", shape: [hidden]),
      shift: try file.block(name + ".bias", shape: [hidden]))
  }

  /// Writes a matrix of `rows` x `columns`, turned, into the columns from `column` on of a matrix
  /// with `width` columns.
  private static func turn(
    _ matrix: FloatBlock, rows: Int, columns: Int, into target: FloatBlock, at column: Int,
    of width: Int
  ) {
    precondition(matrix.count == rows * columns && column + rows <= width)
    precondition(target.count == columns * width)
    unsafe cblas_somatcopy(
      CblasRowMajor, CblasTrans, blasint(rows), blasint(columns), 1, matrix.base,
      blasint(columns), target.base + column, blasint(width))
  }
}
