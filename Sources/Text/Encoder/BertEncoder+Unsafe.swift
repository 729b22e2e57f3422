internal import CBLAS
internal import CKernels

// Safe because `encode` checks that the tokens fit into the workspace, that each text fits into its
// scores and has a position for each token, and that each token has a row; every product and every
// kernel below then stays within blocks whose sizes follow from the same settings.

/// The encoder of BERT over texts that are packed one behind another, without padding, and the mean
/// of their tokens at unit length.
///
/// Devlin, Chang, Lee, Toutanova, *BERT*, NAACL 2019, doi:10.18653/v1/N19-1423; the mean as in
/// Reimers, Gurevych, *Sentence-BERT*, EMNLP 2019, doi:10.18653/v1/D19-1410.
struct BertEncoder: Sendable {
  let settings: ModelSettings
  let weights: BertWeights

  /// Where a text lies among the rows.
  private struct Place {
    let start: Int
    let count: Int
  }

  private static var kernels: updraft_transformer { unsafe updraft_transformer_best().pointee }

  /// The vectors of `texts`, which are tokens; nil when `isLate` said true on the way: it is asked
  /// a few times in each layer.
  ///
  /// - Precondition: together they have at most `space.tokensMax` tokens, each at least one and at
  ///   most `settings.tokensMax`, all below `settings.words`.
  func encode(
    _ texts: ArraySlice<[Int32]>, in space: EncoderSpace, isLate: () -> Bool
  ) -> [[Float]]? {
    var places: [Place] = []
    var rows = 0
    for text in texts {
      precondition(text.count >= 1 && text.count <= min(settings.tokensMax, settings.positions))
      places.append(Place(start: rows, count: text.count))
      rows += text.count
    }
    precondition(rows <= space.tokensMax)
    guard rows > 0 else { return [] }
    for (text, place) in zip(texts, places) { look(up: text, at: place, in: space) }
    normalise(space.states, adding: nil, to: nil, weights.norm, rows)
    for layer in weights.layers {
      guard attend(layer, places, rows, space, isLate), feed(layer, rows, space, isLate) else {
        return nil
      }
    }
    return places.map { mean(of: $0, in: space) }
  }

  /// Puts the sum of a token's row and its position's row into the states.
  private func look(up text: [Int32], at place: Place, in space: EncoderSpace) {
    let hidden = settings.hidden
    for (position, token) in text.enumerated() {
      precondition(token >= 0 && Int(token) < settings.words)
      let row = unsafe space.states.base + (place.start + position) * hidden
      unsafe row.update(from: weights.words.base + Int(token) * hidden, count: hidden)
      unsafe Self.kernels.bias(row, weights.positions.base + position * hidden, hidden, 1)
    }
  }

  /// The first half of a layer, from `states` to `between`: each token takes from the others of its
  /// text. False when it is late.
  private func attend(
    _ layer: BertWeights.Layer, _ places: [Place], _ rows: Int, _ space: EncoderSpace,
    _ isLate: () -> Bool
  ) -> Bool {
    let hidden = settings.hidden
    multiply(space.states, layer.attention, into: space.attention, rows, hidden, 3 * hidden)
    unsafe Self.kernels.bias(space.attention.base, layer.attentionBias.base, 3 * hidden, rows)
    if isLate() { return false }
    for place in places { mix(place, space) }
    if isLate() { return false }
    multiply(space.mixed, layer.joining, into: space.between, rows, hidden, hidden)
    normalise(
      space.between, adding: layer.joiningBias, to: space.states, layer.attentionNorm, rows)
    return true
  }

  /// What each token of a text takes from the others, head by head:
  /// softmax(queries keysᵀ / √width) values.
  private func mix(_ place: Place, _ space: EncoderSpace) {
    let (hidden, count) = (settings.hidden, place.count)
    let width = settings.hidden / settings.heads
    let scale = 1 / Float(width).squareRoot()
    let (step, length) = (blasint(3 * hidden), blasint(count))
    for head in 0..<settings.heads {
      let queries = unsafe space.attention.base + place.start * 3 * hidden + head * width
      let scores = unsafe space.scores.base
      unsafe cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, length, length, blasint(width), scale, queries,
        step, queries + hidden, step, 0, scores, length)
      unsafe Self.kernels.softmax(scores, count, count)
      let mixed = unsafe space.mixed.base + place.start * hidden + head * width
      unsafe cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, length, blasint(width), length, 1, scores,
        length, queries + 2 * hidden, step, 0, mixed, blasint(hidden))
    }
  }

  /// The second half of a layer, from `between` to `states`: each token for itself. False when it
  /// is late.
  private func feed(
    _ layer: BertWeights.Layer, _ rows: Int, _ space: EncoderSpace, _ isLate: () -> Bool
  ) -> Bool {
    let (hidden, inner) = (settings.hidden, settings.inner)
    if isLate() { return false }
    multiply(space.between, layer.widening, into: space.inner, rows, hidden, inner)
    unsafe Self.kernels.gelu(space.inner.base, layer.wideningBias.base, inner, rows)
    if isLate() { return false }
    multiply(space.inner, layer.narrowing, into: space.states, rows, inner, hidden)
    normalise(space.states, adding: layer.narrowingBias, to: space.between, layer.norm, rows)
    return true
  }

  /// `target` = `rows` x `inputs` of `from`, times `matrix` of `inputs` x `outputs`.
  private func multiply(
    _ from: FloatBlock, _ matrix: FloatBlock, into target: FloatBlock, _ rows: Int, _ inputs: Int,
    _ outputs: Int
  ) {
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(outputs), blasint(inputs),
      1, from.base, blasint(inputs), matrix.base, blasint(outputs), 0, target.base,
      blasint(outputs))
  }

  private func normalise(
    _ states: FloatBlock, adding bias: FloatBlock?, to rest: FloatBlock?, _ norm: BertWeights.Norm,
    _ rows: Int
  ) {
    unsafe Self.kernels.layer_norm(
      states.base, bias?.base, rest?.base, norm.gain.base, norm.shift.base, settings.epsilon,
      settings.hidden, rows)
  }

  /// The mean of a text's states at unit length; all zero when the numbers ran over.
  private func mean(of place: Place, in space: EncoderSpace) -> [Float] {
    let hidden = settings.hidden
    var sums = [Float](repeating: 0, count: hidden)
    for row in place.start..<place.start + place.count {
      for i in 0..<hidden { sums[i] += space.states[row * hidden + i] }
    }
    let length = sums.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length.isFinite, length > 0 else { return Array(repeating: 0, count: hidden) }
    return sums.map { Float(Double($0) / length) }
  }
}
