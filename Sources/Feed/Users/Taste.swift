/// What a user likes, as a few vectors: each is the decayed, strength-weighted sum of the vectors
/// of items that lie near each other, so that interests stay apart. Dislikes are subtracted from
/// the interest that they lie near.
///
/// This is online clustering with a bound on the number of centroids, in the spirit of PinnerSage
/// (Pal et al., KDD 2020, doi:10.1145/3394486.3403280).
struct Taste {
  /// One interest.
  struct Interest {
    /// The decayed sum of strengths as of `updated` (seconds).
    var weight: Float
    var updated: UInt32
    /// The newest item that joined; explains why something is near.
    var item: UInt32
  }

  var interests: [Interest] = []
  /// The sums, `dimension` floats an interest.
  var vectors: [Float] = []

  /// Adds an item's vector with a strength, which is negative for a dislike.
  mutating func add(
    _ vector: borrowing Span<Float>, item: UInt32, strength: Float, second: UInt32,
    halfLife: Int64, joinCosine: Float, max most: Int
  ) {
    let dimension = vector.count
    var nearest = -1
    var best: Float = -2
    for index in interests.indices {
      let cosine = self.cosine(index, vector, dimension)
      if cosine > best {
        best = cosine
        nearest = index
      }
    }
    if strength < 0 {
      // A dislike pushes away only the interest that it is about.
      guard nearest >= 0, best >= joinCosine else { return }
      blend(nearest, vector, strength, to: second, halfLife)
      return
    }
    if nearest < 0 || (best < joinCosine && interests.count < most) {
      interests.append(Interest(weight: strength, updated: second, item: item))
      // Exactly: users are many, and an array that grows by itself sets aside twice as much.
      vectors.reserveCapacity(vectors.count + dimension)
      for component in 0..<dimension { vectors.append(vector[component] * strength) }
      return
    }
    if best < joinCosine {
      let weakest = weakest(second, halfLife)
      nearest = weakest.index
      if weakest.value <= strength {
        interests[nearest] = Interest(weight: strength, updated: second, item: item)
        for component in 0..<dimension {
          vectors[nearest * dimension + component] = vector[component] * strength
        }
        return
      }
    }
    blend(nearest, vector, strength, to: second, halfLife)
    interests[nearest].item = item
  }

  /// The decayed weight of an interest.
  func value(_ index: Int, _ second: UInt32, _ halfLife: Int64) -> Float {
    let interest = interests[index]
    guard second > interest.updated else { return interest.weight }
    return interest.weight
      * Decay.factor(elapsed: Int64(second - interest.updated) * 1000, halfLife: halfLife)
  }

  /// The sum of an interest, not normalised.
  func vector(_ index: Int, dimension: Int) -> ArraySlice<Float> {
    vectors[index * dimension..<(index + 1) * dimension]
  }

  /// The interest that weighs least, the first of equals.
  private func weakest(_ second: UInt32, _ halfLife: Int64) -> (index: Int, value: Float) {
    var weakest = (index: 0, value: Float.infinity)
    for index in interests.indices {
      let value = value(index, second, halfLife)
      if value < weakest.value { weakest = (index, value) }
    }
    return weakest
  }

  @inline(__always)
  private func cosine(_ index: Int, _ vector: borrowing Span<Float>, _ dimension: Int) -> Float {
    let sums = Columns.product(vectors, from: index * dimension, vector)
    return sums.square > 0 ? sums.product / sums.square.squareRoot() : 0
  }

  /// Brings an interest to `second` and adds a vector with a strength.
  private mutating func blend(
    _ index: Int, _ vector: borrowing Span<Float>, _ strength: Float, to second: UInt32,
    _ halfLife: Int64
  ) {
    let interest = interests[index]
    var factor: Float = 1
    var share: Float = 1
    if second > interest.updated {
      factor = Decay.factor(elapsed: Int64(second - interest.updated) * 1000, halfLife: halfLife)
      interests[index].updated = second
    } else if second < interest.updated {
      // An event from before the newest has decayed by now.
      share = Decay.factor(elapsed: Int64(interest.updated - second) * 1000, halfLife: halfLife)
    }
    interests[index].weight = max(0, interest.weight * factor + strength * share)
    Columns.blend(&vectors, from: index * vector.count, scaledBy: factor, vector, strength * share)
  }
}
