import CKernels
import Feed
import TestKit
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least as many
// elements as the call is told.

/// The loops over columns beside the functions of one number that they stand for.
@Suite("Kernels of columns")
struct ColumnKernelTests {
  private static let counts = [0, 1, 3, 7, 8, 15, 33, 1_000]

  /// The variants that this machine has, by name.
  private static var variants: [(name: String, kernels: updraft_columns)] {
    var variants: [(String, updraft_columns)] = unsafe []
    while let kernels = unsafe updraft_columns_at(variants.count) {
      unsafe variants.append((String(cString: kernels.pointee.name), kernels.pointee))
    }
    return unsafe variants
  }

  /// Runs a kernel of every variant over numbers, and compares with what each should become.
  private func compare(
    _ numbers: [Float], _ expected: (Int) -> Float,
    _ body: (updraft_columns, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    let variants = unsafe Self.variants
    for index in unsafe variants.indices {
      let (name, kernels) = unsafe variants[index]
      var values = numbers + [-7]
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { unsafe body(kernels, base, numbers.count) }
      }
      #expect(values[numbers.count] == -7, "\(name) writes beyond the end")
      for index in numbers.indices {
        let expected = expected(index)
        #expect(
          values[index].bitPattern == expected.bitPattern,
          "\(name): \(numbers[index]) became \(values[index]), not \(expected)")
      }
    }
  }

  @Test("the last variant is plain, and the first is chosen")
  func choice() {
    let names = unsafe Self.variants.map { unsafe $0.name }
    #expect(names.last == "plain" && Set(names).count == names.count)
    #expect(unsafe String(cString: updraft_columns_best().pointee.name) == names.first)
  }

  @Test("logarithms have the bits of those of one number", arguments: counts)
  func logarithms(count: Int) {
    var chance = SeededGenerator.announced("columns")
    let numbers = (0..<count).map { _ in
      let significand = Float.random(in: 1..<2, using: &chance)
      return Float(sign: .plus, exponent: Int(chance.below(60)) - 20, significand: significand)
    }
    let natural = { (value: Float) in Logarithm.base2(value) * 0.693_147_18 }
    unsafe compare(numbers, { natural(numbers[$0]) }) { kernels, values, count in
      unsafe kernels.logarithm(values, count)
    }
    unsafe compare(numbers, { natural(1 + numbers[$0]) }) { kernels, values, count in
      unsafe kernels.grow(values, count)
    }
  }

  @Test("halves have the bits of those of one number")
  func halves() {
    var chance = SeededGenerator.announced("columns")
    var numbers: [Float] = [0, -0.0, 65_504, 65_519.99, 65_520, 1e30, -.infinity, .infinity]
    for bits in UInt16.min...UInt16.max {
      let value = Half.value(bits)
      if value.isNaN { continue }
      numbers.append(value)
      numbers.append(value.nextUp)
      numbers.append((value + Half.value(bits &+ 1)) / 2)
    }
    for _ in 0..<10_000 {
      numbers.append(Float(bitPattern: UInt32(truncatingIfNeeded: chance.next())))
    }
    numbers.removeAll(where: \.isNaN)
    unsafe compare(numbers, { Half.rounded(numbers[$0]) }) { kernels, values, count in
      unsafe kernels.halve(values, count)
    }
  }

  @Test("rates are pulled towards their mean, and at most 1", arguments: counts)
  func rates(count: Int) {
    var chance = SeededGenerator.announced("columns")
    let hits = (0..<count).map { _ in Float(chance.below(50)) }
    let trials = (0..<count).map { _ in Float(chance.below(40)) }
    let expected = zip(hits, trials).map { hits, trials in
      min(1, (hits + Float(0.2)) / (max(trials, hits) + 20))
    }
    unsafe compare(hits, { expected[$0] }) { kernels, values, count in
      unsafe kernels.rate(values, trials, 0.2, 20, count)
    }
    unsafe compare(hits, { hits[$0] * trials[$0] }) { kernels, values, count in
      unsafe kernels.scale(values, trials, count)
    }
  }

  @Test("of two columns the higher number stays", arguments: counts)
  func raised(count: Int) {
    var chance = SeededGenerator.announced("columns")
    let numbers = (0..<count).map { _ in Float(chance.below(9)) - 4 }
    let others = (0..<count).map { _ in Float(chance.below(9)) - 4 }
    unsafe compare(numbers, { max(numbers[$0], others[$0]) }) { kernels, values, count in
      unsafe kernels.raise(values, others, count)
    }
  }

  @Test("kept rows become columns, and nothing beside them is written", arguments: counts)
  func taken(count: Int) {
    var chance = SeededGenerator.announced("columns")
    let rows = 40
    let kept = (0..<16 * rows).map { Float($0) }
    let slots = (0..<count).map { _ in UInt32(chance.below(rows)) }
    // Columns in any order, with room between them.
    let stride = count + 3
    let starts = (0..<16).shuffled(using: &chance).map { $0 * stride }
    var expected = [Float](repeating: -1, count: 16 * stride)
    for column in 0..<16 {
      for index in 0..<count {
        expected[starts[column] + index] = kept[16 * Int(slots[index]) + column]
      }
    }
    let blank = [Float](repeating: -1, count: 16 * stride)
    unsafe compare(blank, { expected[$0] }) { kernels, values, _ in
      unsafe kernels.take(kept, slots, count, starts, values)
    }
  }

  @Test("calibration has the bits of that of one number", arguments: [1, 2, 3, 41, 400])
  func calibrated(knots: Int) throws {
    var chance = SeededGenerator.announced("columns")
    // Some maps have all knots but one in a small part of the range, one is wider than a float.
    for spread in [Float(1), 1e-4, 1e38] {
      let drawn = (0..<knots).map { _ in Float.random(in: -spread...spread, using: &chance) }
      let raw = Set(drawn + [spread * 3]).sorted()
      let values = raw.map { _ in Float.random(in: 0...1, using: &chance) }.sorted()
      let map = Calibration(raw: raw, calibrated: values)
      let table = try CalibrationTable(map, name: "click")
      let edges: [Float] = [.infinity, -.infinity, 0, -0.0, spread * 3, -spread * 3]
      var numbers = (0..<700).map { _ in
        Float.random(in: -1.1...1.1, using: &chance) * spread
      }
      numbers += raw + raw.map(\.nextUp) + raw.map(\.nextDown) + edges
      var found = numbers
      table.apply(&found)
      let expected = numbers.map { map.apply($0) }
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "knots over \(spread)")
      // Every variant, from the first knot on.
      let starts: [UInt32] = [0]
      unsafe raw.withUnsafeBufferPointer { raw in
        unsafe values.withUnsafeBufferPointer { values in
          unsafe starts.withUnsafeBufferPointer { starts in
            var knots = unsafe updraft_knots(
              raw: raw.baseAddress, calibrated: values.baseAddress, count: raw.count,
              starts: starts.baseAddress, cells: 1, scale: 1, steps: UInt32(raw.count - 2))
            unsafe compare(numbers, { expected[$0] }) { kernels, into, count in
              unsafe kernels.calibrate(&knots, into, count)
            }
          }
        }
      }
    }
  }

  @Test("decay has the bits of that of one number", arguments: counts)
  func decay(count: Int) {
    var chance = SeededGenerator.announced("columns")
    let halfLife: Int64 = 3_600_000
    let table = (0..<256).map { Self.part($0) }
    let elapsed = (0..<count).map { index in
      index % 4 == 0 ? UInt32(chance.below(3)) : UInt32(chance.below(1 << (1 + chance.below(31))))
    }
    let zeros = [Float](repeating: 0, count: count)
    let expected = { (index: Int) in
      Decay.factor(steps: Double(elapsed[index]) * (256_000 / Double(halfLife)))
    }
    unsafe compare(zeros, expected) { kernels, values, count in
      unsafe kernels.decay(elapsed, 256_000 / Double(halfLife), table, values, count)
    }
  }

  /// 2^(-i/256) by repeated square roots, as `Decay` has it.
  private static func part(_ index: Int) -> Double {
    var (product, root) = (1.0, 0.5)
    for bit in 0..<8 {
      root = root.squareRoot()
      if index >> (7 - bit) & 1 == 1 { product *= root }
    }
    return product
  }
}
