import CKernels
import Glibc
import TestKit
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least the floats
// that the call's sizes name.

@Suite struct TransformerKernelTests {
  private static let sizes = Array(1...35) + [384]
  private static let rows = 3

  private static func forEachVariant(_ body: (updraft_transformer, String) -> Void) {
    var index = 0
    while let variant = unsafe updraft_transformer_at(index) {
      unsafe body(variant.pointee, String(cString: variant.pointee.name))
      index += 1
    }
    #expect(index > 0)
  }

  private static func drawn(_ count: Int, _ chance: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: -9...9, using: &chance) }
  }

  @Test(arguments: sizes)
  func geluAgreesWithTheTruth(n: Int) {
    var chance = SeededGenerator(seed: UInt64(n))
    let (input, bias) = (Self.drawn(n * Self.rows, &chance), Self.drawn(n, &chance))
    unsafe Self.forEachVariant { kernels, name in
      var (gelu, biased) = (input, input)
      unsafe kernels.gelu(&gelu, bias, n, Self.rows)
      unsafe kernels.bias(&biased, bias, n, Self.rows)
      for i in gelu.indices {
        #expect(biased[i] == input[i] + bias[i % n], "\(name)")
        let y = Double(input[i] + bias[i % n])
        let truth = y / 2 * (1 + erf(y / 2.0.squareRoot()))
        #expect(abs(Double(gelu[i]) - truth) < 1e-6 * max(1, abs(y)), "\(name) \(y)")
      }
    }
  }

  @Test(arguments: sizes)
  func softmaxAgreesWithTheTruth(n: Int) {
    var chance = SeededGenerator(seed: UInt64(n))
    let input = Self.drawn(n * Self.rows, &chance).map { $0 * 20 }
    unsafe Self.forEachVariant { kernels, name in
      var output = input
      unsafe kernels.softmax(&output, n, Self.rows)
      for row in 0..<Self.rows {
        let part = input[row * n..<(row + 1) * n].map(Double.init)
        let weights = part.map { exp($0 - (part.max() ?? 0)) }
        let whole = weights.reduce(0, +)
        for i in 0..<n {
          #expect(abs(Double(output[row * n + i]) - weights[i] / whole) < 1e-6, "\(name)")
        }
      }
    }
  }

  @Test(arguments: sizes)
  func layerNormAgreesWithTheTruth(n: Int) {
    var chance = SeededGenerator(seed: UInt64(n))
    let (input, rest) = (Self.drawn(n * Self.rows, &chance), Self.drawn(n * Self.rows, &chance))
    let (bias, gain) = (Self.drawn(n, &chance), Self.drawn(n, &chance))
    let shift = Self.drawn(n, &chance)
    unsafe Self.forEachVariant { kernels, name in
      var (joined, alone) = (input, input)
      unsafe kernels.layer_norm(&joined, bias, rest, gain, shift, 0.25, n, Self.rows)
      unsafe kernels.layer_norm(&alone, nil, nil, gain, shift, 0.25, n, Self.rows)
      for row in 0..<Self.rows {
        let range = row * n..<(row + 1) * n
        let sums = range.map { Double(input[$0]) + Double(bias[$0 % n]) + Double(rest[$0]) }
        for (output, part) in [(joined, sums), (alone, range.map { Double(input[$0]) })] {
          let mean = part.reduce(0, +) / Double(n)
          let variance = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
          for i in 0..<n {
            let unit = (part[i] - mean) / (variance + 0.25).squareRoot()
            let truth = unit * Double(gain[i]) + Double(shift[i])
            #expect(abs(Double(output[row * n + i]) - truth) < 1e-4, "\(name)")
          }
        }
      }
    }
  }

  @Test(arguments: sizes)
  func whatIsNotFiniteIsFoundAnywhere(n: Int) {
    unsafe Self.forEachVariant { kernels, name in
      var numbers = [Float](repeating: Float.greatestFiniteMagnitude, count: n)
      #expect(unsafe kernels.finite(numbers, n) == 0, "\(name)")
      for place in 0..<n {
        for wrong in [Float.nan, .infinity, -.infinity] {
          let right = numbers[place]
          numbers[place] = wrong
          #expect(unsafe kernels.finite(numbers, n) != 0, "\(name) at \(place)")
          numbers[place] = right
        }
      }
    }
  }

  @Test func aScoreThatRanOverDoesNoHarm() {
    unsafe Self.forEachVariant { kernels, name in
      var scores: [Float] = [-.infinity, 0, 3.4e38, -3.4e38, 1]
      unsafe kernels.softmax(&scores, 5, 1)
      #expect(scores == [0, 0, 1, 0, 0], "\(name)")
    }
  }
}
