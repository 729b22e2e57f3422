import Glibc
import TestKit

/// A small BERT of random numbers: as the files of a folder, and as a twin that computes in the
/// plainest way, in double precision.
struct TinyModel {
  let hidden = 24
  let layers = 3
  let heads = 4
  let inner = 40
  let positions = 20
  let words = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "night", "train", "##s", "of", "europe", "the", "cat", "!",
  ]
  /// Every tensor by its name, with its shape.
  private(set) var tensors: [String: (shape: [Int], numbers: [Float])] = [:]

  init(seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    func add(_ name: String, _ shape: [Int], around middle: Float = 0) {
      let count = shape.reduce(1, *)
      let numbers = (0..<count).map { _ in middle + Float.random(in: -0.6...0.6, using: &chance) }
      tensors[name] = (shape, numbers)
    }
    func norm(_ name: String) {
      add(name + ".weight", [hidden], around: 1)
      add(name + ".bias", [hidden])
    }
    func dense(_ name: String, _ outputs: Int, _ inputs: Int) {
      add(name + ".weight", [outputs, inputs])
      add(name + ".bias", [outputs])
    }
    add("embeddings.word_embeddings.weight", [words.count + 3, hidden])
    add("embeddings.position_embeddings.weight", [positions, hidden])
    add("embeddings.token_type_embeddings.weight", [2, hidden])
    norm("embeddings.LayerNorm")
    for layer in 0..<layers {
      let name = "encoder.layer.\(layer)."
      for part in ["query", "key", "value"] {
        dense(name + "attention.self." + part, hidden, hidden)
      }
      dense(name + "attention.output.dense", hidden, hidden)
      norm(name + "attention.output.LayerNorm")
      dense(name + "intermediate.dense", inner, hidden)
      dense(name + "output.dense", hidden, inner)
      norm(name + "output.LayerNorm")
    }
  }

  /// What the configuration file says.
  var config: String {
    """
    {"model_type":"bert","hidden_size":\(hidden),"num_hidden_layers":\(layers),
     "num_attention_heads":\(heads),"intermediate_size":\(inner),"hidden_act":"gelu",
     "max_position_embeddings":\(positions),"type_vocab_size":2,"layer_norm_eps":1e-12,
     "vocab_size":\(words.count + 3)}
    """
  }

  /// Writes the model's files; every name of a tensor gets `prefix` in front.
  func write(to folder: String, prefix: String = "") throws {
    var file = TensorFile()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      file.add(prefix + name, tensor.shape, tensor.numbers)
    }
    try TestFile.write(folder + "/model.safetensors", file.whole)
    try TestFile.write(folder + "/config.json", Array(config.utf8))
    try TestFile.write(folder + "/vocab.txt", Array(words.joined(separator: "\n").utf8))
  }

  /// The vector of a text that is given as tokens.
  func vector(of tokens: [Int]) -> [Double] {
    var states = tokens.enumerated().map { position, token in
      normalised(
        (0..<hidden).map { i in
          number("embeddings.word_embeddings.weight", token * hidden + i)
            + number("embeddings.position_embeddings.weight", position * hidden + i)
            + number("embeddings.token_type_embeddings.weight", i)
        }, "embeddings.LayerNorm")
    }
    for layer in 0..<layers {
      let name = "encoder.layer.\(layer)."
      let mixed = attention(states, name + "attention.self.")
      states = zip(states, mixed).map { state, mix in
        let change = dense(mix, name + "attention.output.dense")
        return normalised(sum(state, change), name + "attention.output.LayerNorm")
      }
      states = states.map { state in
        let wide = dense(state, name + "intermediate.dense")
          .map { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }
        return normalised(sum(state, dense(wide, name + "output.dense")), name + "output.LayerNorm")
      }
    }
    let total = (0..<hidden).map { i in states.reduce(0) { $0 + $1[i] } }
    let length = total.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return total.map { $0 / length }
  }

  private func attention(_ states: [[Double]], _ name: String) -> [[Double]] {
    let queries = states.map { dense($0, name + "query") }
    let keys = states.map { dense($0, name + "key") }
    let values = states.map { dense($0, name + "value") }
    let width = hidden / heads
    return queries.map { query in
      (0..<heads).flatMap { head -> [Double] in
        let part = head * width..<(head + 1) * width
        let weights = keys.map { key in
          exp(part.reduce(0) { $0 + query[$1] * key[$1] } / Double(width).squareRoot())
        }
        let whole = weights.reduce(0, +)
        return part.map { i in
          zip(weights, values).reduce(0) { $0 + $1.0 / whole * $1.1[i] }
        }
      }
    }
  }

  private func number(_ name: String, _ index: Int) -> Double {
    tensors[name].map { Double($0.numbers[index]) } ?? .nan
  }

  private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

  private func dense(_ input: [Double], _ name: String) -> [Double] {
    let outputs = tensors[name + ".bias"]?.numbers.count ?? 0
    return (0..<outputs).map { row in
      input.indices.reduce(number(name + ".bias", row)) {
        $0 + number(name + ".weight", row * input.count + $1) * input[$1]
      }
    }
  }

  private func normalised(_ input: [Double], _ name: String) -> [Double] {
    let mean = input.reduce(0, +) / Double(input.count)
    let variance = input.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)
    return input.indices.map { i in
      (input[i] - mean) / (variance + 1e-12).squareRoot() * number(name + ".weight", i)
        + number(name + ".bias", i)
    }
  }
}
