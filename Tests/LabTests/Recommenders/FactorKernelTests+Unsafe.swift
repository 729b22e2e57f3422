import CKernels
import TestKit
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least the floats
// that the call's sizes name.

@Suite struct FactorKernelTests {
  private static let sizes = [16, 32, 48, 64, 80, 128, 144]
  private static let rows = 71  // more than a chunk, and not a multiple of four

  private static func forEachVariant(_ body: (updraft_factors, String) -> Void) {
    var index = 0
    while let variant = unsafe updraft_factors_at(index) {
      unsafe body(variant.pointee, String(cString: variant.pointee.name))
      index += 1
    }
    #expect(index > 0)
  }

  private static func drawn(_ count: Int, _ chance: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &chance) }
  }

  @Test func aVariantIsChosenAndTheLastIsScalar() {
    var names: [String] = []
    unsafe Self.forEachVariant { names.append($1) }
    #expect(names.last == "scalar")
    #expect(Set(names).count == names.count)
    #expect(unsafe String(cString: updraft_factors_best().pointee.name) == names.first)
    #expect(unsafe updraft_factors_at(.max) == nil)
  }

  @Test(arguments: sizes)
  func aPullAgreesWithTheTruth(n: Int) {
    var chance = SeededGenerator(seed: UInt64(n))
    let rows = Self.drawn(n * Self.rows, &chance)
    let (x, start) = (Self.drawn(n, &chance), Self.drawn(n, &chance))
    for count in [0, 1, 2, 3, 4, 5, 8, 30, Self.rows] {
      // Rows in any order, some of them twice.
      let numbers = (0..<count).map { _ in UInt32.random(in: 0..<UInt32(Self.rows), using: &chance)
      }
      for (offset, slope) in [(Float(1), Float(-1)), (0, 1), (1, 0), (0.5, 2)] {
        var truth = start.map(Double.init)
        for number in numbers {
          let row = rows[Int(number) * n..<(Int(number) + 1) * n].map(Double.init)
          let product = zip(row, x).reduce(0) { $0 + $1.0 * Double($1.1) }
          for i in 0..<n { truth[i] += (Double(offset) + Double(slope) * product) * row[i] }
        }
        unsafe Self.forEachVariant { kernels, name in
          var out = start
          unsafe kernels.pull(rows, numbers, count, n, x, offset, slope, &out)
          for (one, other) in zip(out, truth) {
            #expect(abs(Double(one) - other) < 2e-4, "\(name), \(count) rows of \(n)")
          }
        }
      }
    }
  }

  @Test(arguments: sizes)
  func aTurnAndAGramAgreeWithTheTruth(n: Int) {
    var chance = SeededGenerator(seed: UInt64(n))
    let (rows, x) = (Self.drawn(n * Self.rows, &chance), Self.drawn(n, &chance))
    for count in [0, 1, 63, 64, Self.rows] {
      var truth = [Double](repeating: 0, count: n * n)
      for i in 0..<n { truth[i * n + i] = 2 }
      for number in 0..<count {
        let row = rows[number * n..<(number + 1) * n].map(Double.init)
        for i in 0..<n {
          for j in 0..<n { truth[i * n + j] += row[i] * row[j] }
        }
      }
      unsafe Self.forEachVariant { kernels, name in
        var matrix = [Float](repeating: 0, count: n * n)
        for i in 0..<n { matrix[i * n + i] = 2 }
        unsafe kernels.gram(rows, count, n, &matrix)
        var turned = [Float](repeating: .nan, count: n)
        unsafe kernels.turn(matrix, n, x, &turned)
        for i in 0..<n {
          var sum = 0.0
          for j in 0..<n {
            #expect(abs(Double(matrix[i * n + j]) - truth[i * n + j]) < 1e-4, "\(name), \(count)")
            #expect(matrix[i * n + j] == matrix[j * n + i], "\(name): symmetric")
            sum += truth[i * n + j] * Double(x[j])
          }
          #expect(abs(Double(turned[i]) - sum) < 1e-3, "\(name), \(count) rows of \(n)")
        }
      }
    }
  }
}
