internal import CKernels

/// Loops over whole columns, by the widest instructions that the processor has. They give the bits
/// of `Logarithm`, `Rates`, `Decay` and `Half`.
///
/// Safe because a column lies inside `values`: `begin` made room for one of every feature; and
/// because whatever else the kernels read or write is found to be as long first.
extension FeatureMatrix {
  /// n becomes ln(1 + n), of numbers that are not negative.
  mutating func grow(_ feature: Feature) {
    unsafe with(feature) { column, count in
      unsafe updraft_columns_best().pointee.grow(column, count)
    }
  }

  /// n becomes ln(n), of positive numbers.
  mutating func logarithm(_ feature: Feature) {
    unsafe with(feature) { column, count in
      unsafe updraft_columns_best().pointee.logarithm(column, count)
    }
  }

  /// Hits become `Rates.smoothed` of them.
  mutating func rate(
    _ feature: Feature, of trials: borrowing [Float], mean: Float, weight: Float
  ) {
    precondition(trials.count >= count, "an entry a candidate")
    unsafe trials.withUnsafeBufferPointer { trials in
      guard let trials = trials.baseAddress else { return }
      unsafe with(feature) { column, count in
        unsafe updraft_columns_best().pointee.rate(column, trials, mean * weight, weight, count)
      }
    }
  }

  /// Multiplies a column with another.
  mutating func scale(_ feature: Feature, by factors: borrowing [Float]) {
    precondition(factors.count >= count, "an entry a candidate")
    unsafe factors.withUnsafeBufferPointer { factors in
      guard let factors = factors.baseAddress else { return }
      unsafe with(feature) { column, count in
        unsafe updraft_columns_best().pointee.scale(column, factors, count)
      }
    }
  }

  /// Fills a column with what is left of 1 after so many seconds.
  mutating func decay(_ feature: Feature, after elapsed: borrowing [UInt32], steps: Double) {
    precondition(elapsed.count >= count, "an entry a candidate")
    unsafe elapsed.withUnsafeBufferPointer { elapsed in
      guard let elapsed = elapsed.baseAddress else { return }
      unsafe Decay.fractions.withUnsafeBufferPointer { table in
        guard let table = table.baseAddress else { return }
        unsafe with(feature) { column, count in
          unsafe updraft_columns_best().pointee.decay(elapsed, steps, table, column, count)
        }
      }
    }
  }

  /// Fills a column with what a span holds.
  mutating func copy(_ feature: Feature, from others: Span<Float>) {
    precondition(others.count >= count, "an entry a candidate")
    unsafe others.withUnsafeBufferPointer { others in
      guard let others = others.baseAddress else { return }
      unsafe with(feature) { column, count in unsafe column.update(from: others, count: count) }
    }
  }

  /// Every number becomes that of a span where that is higher.
  mutating func raise(_ feature: Feature, to others: Span<Float>) {
    precondition(others.count >= count, "an entry a candidate")
    unsafe others.withUnsafeBufferPointer { others in
      guard let others = others.baseAddress else { return }
      unsafe with(feature) { column, count in
        unsafe updraft_columns_best().pointee.raise(column, others, count)
      }
    }
  }

  /// Fills sixteen columns with sixteen numbers of each candidate, which lie one behind the other.
  ///
  /// - Parameters:
  ///   - kept: of every slot.
  ///   - slots: the candidate's.
  mutating func take(_ features: [Feature], _ kept: Span<Float>, slots: Span<UInt32>) {
    precondition(features.count == 16 && slots.count == count, "a slot a candidate")
    var last: UInt32 = 0
    for index in slots.indices { last = max(last, slots[index]) }
    precondition(count == 0 || (Int(last) + 1) * 16 <= kept.count, "the slots are there")
    let starts = features.map { start($0) }
    precondition(starts.allSatisfy { $0 + count <= values.count }, "the columns are there")
    unsafe kept.withUnsafeBufferPointer { kept in
      unsafe slots.withUnsafeBufferPointer { slots in
        unsafe values.withUnsafeMutableBufferPointer { values in
          guard let kept = kept.baseAddress, let slots = slots.baseAddress,
            let values = values.baseAddress
          else { return }
          unsafe updraft_columns_best().pointee.take(kept, slots, count, starts, values)
        }
      }
    }
  }

  /// Rounds columns to half precision.
  mutating func halve(_ features: FeatureSet) {
    for feature in Feature.allCases where features.contains(feature) && !feature.isOfRequest {
      unsafe with(feature) { column, count in
        unsafe updraft_columns_best().pointee.halve(column, count)
      }
    }
  }

  /// Calls `body` with a column of the candidate.
  @inline(__always)
  private mutating func with(
    _ feature: Feature, _ body: (UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    let start = self.start(feature)
    let count = self.count
    unsafe values.withUnsafeMutableBufferPointer { values in
      precondition(start + count <= values.count, "the column is there")
      guard let base = values.baseAddress else { return }
      unsafe body(base + start, count)
    }
  }
}

extension Decay {
  /// 2^(-elapsed · steps / 256) for each of `elapsed`, in place of what `factors` held.
  static func factors(
    elapsed: borrowing [UInt32], steps: Double, into factors: inout [Float]
  ) {
    if factors.count != elapsed.count {
      factors.removeAll(keepingCapacity: true)
      factors.append(contentsOf: repeatElement(0, count: elapsed.count))
    }
    unsafe elapsed.withUnsafeBufferPointer { elapsed in
      unsafe fractions.withUnsafeBufferPointer { table in
        unsafe factors.withUnsafeMutableBufferPointer { factors in
          guard let from = elapsed.baseAddress, let to = factors.baseAddress,
            let table = table.baseAddress
          else { return }
          unsafe updraft_columns_best().pointee.decay(from, steps, table, to, elapsed.count)
        }
      }
    }
  }
}
