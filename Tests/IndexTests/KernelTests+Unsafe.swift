import CKernels
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least the floats
// that the call's sizes name.

@Suite struct KernelTests {
  private static let dimensions = Array(1...131) + [384]
  private static let rows = 7  // a group of four and three more

  @Test func aVariantIsChosenAndTheLastIsScalar() {
    var names: [String] = []
    while let variant = unsafe updraft_vectors_at(names.count) {
      unsafe names.append(String(cString: variant.pointee.name))
    }
    #expect(names.last == "scalar")
    #expect(Set(names).count == names.count)
    #expect(unsafe String(cString: updraft_vectors_best().pointee.name) == names.first)
    #expect(unsafe updraft_vectors_at(.max) == nil)
  }

  @Test(arguments: dimensions)
  func everyVariantAgreesWithTheTruth(dimension: Int) {
    var draw = Drawing(seed: UInt64(dimension))
    let query = draw.vector(dimension)
    let table = draw.vector(dimension * Self.rows)
    let truth = (0..<Self.rows).map { row in
      var (dot, size, squared) = (0.0, 0.0, 0.0)
      for i in 0..<dimension {
        let (a, b) = (Double(query[i]), Double(table[row * dimension + i]))
        dot += a * b
        size += abs(a * b)
        squared += (a - b) * (a - b)
      }
      return (dot: dot, size: size, squared: squared)
    }
    // Error of a sum in any order: n rounding steps of the sum of magnitudes.
    let bound = Double(dimension + 3) * Double(Float.ulpOfOne) / 2
    var index = 0
    while let pointer = unsafe updraft_vectors_at(index) {
      let variant = unsafe pointer.pointee
      let name = unsafe String(cString: variant.name)
      let dots = unsafe scores(variant.dot, variant.dot_rows, variant.dot_gather, query, table)
      let squares = unsafe scores(
        variant.squared, variant.squared_rows, variant.squared_gather, query, table)
      for row in 0..<Self.rows {
        #expect(
          abs(Double(dots[row]) - truth[row].dot) <= bound * truth[row].size,
          "\(name), \(dimension) dimensions, row \(row)")
        #expect(
          abs(Double(squares[row]) - truth[row].squared) <= 2 * bound * truth[row].squared,
          "\(name), \(dimension) dimensions, row \(row)")
      }
      index += 1
    }
    #expect(index >= 1)
  }

  private typealias One =
    @convention(c) (UnsafePointer<Float>?, UnsafePointer<Float>?, Int) -> Float
  private typealias Rows =
    @convention(c) (
      UnsafePointer<Float>?, UnsafePointer<Float>?, Int, Int, UnsafeMutablePointer<Float>?
    ) -> Void
  private typealias Gather =
    @convention(c) (
      UnsafePointer<Float>?, UnsafePointer<UnsafePointer<Float>?>?, Int, Int,
      UnsafeMutablePointer<Float>?
    ) -> Void

  /// The scores of the table's rows, which the three shapes of a kernel must give bit for bit.
  private func scores(
    _ one: One?, _ many: Rows?, _ gather: Gather?, _ query: [Float], _ table: [Float]
  ) -> [Float] {
    let n = query.count
    var (single, inOrder, gathered) = ([Float](), [Float](), [Float]())
    unsafe table.withUnsafeBufferPointer { table in
      let start = table.baseAddress!
      for row in 0..<Self.rows { unsafe single.append(one!(query, start + row * n, n)) }
      for count in 0...Self.rows {
        inOrder = Array(repeating: .nan, count: Self.rows)
        unsafe many!(query, start, n, count, &inOrder)
        #expect(inOrder.prefix(count).elementsEqual(single.prefix(count)))
        #expect(inOrder.dropFirst(count).allSatisfy { $0.isNaN })
      }
      let backwards = unsafe (0..<Self.rows).reversed().map {
        unsafe UnsafePointer<Float>?(start + $0 * n)
      }
      gathered = Array(repeating: .nan, count: Self.rows)
      unsafe gather!(query, backwards, n, Self.rows, &gathered)
    }
    #expect(Array(gathered.reversed()) == single)
    return single
  }
}
