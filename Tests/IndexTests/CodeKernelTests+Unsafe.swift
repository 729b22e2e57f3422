import CKernels
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least the elements
// that the call's sizes name.

@Suite struct CodeKernelTests {
  private static let dimensions = [1, 2, 7, 16, 63, 64, 65, 100, 128, 200, 384, 1024]

  /// The variants that this machine has; the last is the truth.
  private static var count: Int {
    var count = 0
    while unsafe updraft_codes_at(count) != nil { count += 1 }
    return count
  }

  private static func name(_ number: Int) -> String {
    unsafe String(cString: updraft_codes_at(number).pointee.name)
  }

  @Test func aVariantIsChosenAndTheLastIsScalar() {
    let names = (0..<Self.count).map { Self.name($0) }
    #expect(names.last == "scalar")
    #expect(Set(names).count == names.count)
    #expect(unsafe String(cString: updraft_codes_best().pointee.name) == names.first)
  }

  @Test(arguments: dimensions)
  func productsOfCodesAreExactInEveryVariant(dimension: Int) {
    var draw = Drawing(seed: UInt64(dimension))
    let stride = (dimension + 63) / 64 * 64
    let rows = 13
    var query = [Int8](repeating: 0, count: stride)
    for i in 0..<dimension { query[i] = Int8.random(in: -127...127, using: &draw) }
    let codes = (0..<rows * stride).map { _ in UInt8.random(in: 1...255, using: &draw) }
    let slots = (0..<UInt32(rows)).reversed() + [3, 3]
    let truth = slots.map { slot in
      (0..<stride).reduce(Int32(0)) {
        $0 + Int32(query[$1]) * (Int32(codes[Int(slot) * stride + $1]) - 128)
      }
    }
    for number in 0..<Self.count {
      let variant = unsafe updraft_codes_at(number).pointee
      for count in 0...slots.count {
        var out = [Int32](repeating: .min, count: slots.count)
        unsafe variant.dots(query, codes, stride, Array(slots), count, &out)
        let name = Self.name(number)
        #expect(Array(out.prefix(count)) == Array(truth.prefix(count)), "\(name)")
        #expect(out.dropFirst(count).allSatisfy { $0 == .min }, "\(name)")
      }
    }
  }

  @Test(arguments: dimensions)
  func halfRowsAreScoredAlikeInEveryVariant(dimension: Int) {
    var draw = Drawing(seed: UInt64(dimension) + 1)
    let query = draw.vector(dimension)
    let table = draw.vector(dimension * 5)
    var halves = [UInt16](repeating: 0, count: table.count)
    var back = table
    unsafe updraft_to_half(table, table.count, &halves)
    unsafe updraft_from_half(halves, table.count, &back)
    for i in table.indices { #expect(abs(back[i] - table[i]) <= abs(table[i]) / 2048 + 1e-7) }
    let slots: [UInt32] = [4, 0, 3, 1, 2]
    for number in 0..<Self.count {
      let variant = unsafe updraft_codes_at(number).pointee
      var (dots, squares) = ([Float](repeating: 0, count: 5), [Float](repeating: 0, count: 5))
      unsafe variant.half_dots(query, halves, dimension, slots, 5, &dots)
      unsafe variant.half_squares(query, halves, dimension, slots, 5, &squares)
      for (place, slot) in slots.enumerated() {
        var (dot, square) = (0.0, 0.0)
        for i in 0..<dimension {
          let (x, y) = (Double(query[i]), Double(back[Int(slot) * dimension + i]))
          dot += x * y
          square += (x - y) * (x - y)
        }
        let bound = Double(dimension + 3) * 2e-7
        let name = Self.name(number)
        #expect(abs(Double(dots[place]) - dot) < bound, "\(name)")
        #expect(abs(Double(squares[place]) - square) < 2 * bound, "\(name)")
      }
    }
  }

  @Test func halvesOfTheEdgesOfTheirRange() {
    let edges: [Float] = [
      0, -0.0, 65_504, 65_519, 1e9, -.infinity, 6.1e-5, 5.9e-8, 2.9e-8, -1e-30, 1, 1.000_488_3,
    ]
    var halves = [UInt16](repeating: 0, count: edges.count)
    var back = edges
    unsafe updraft_to_half(edges, edges.count, &halves)
    unsafe updraft_from_half(halves, edges.count, &back)
    #expect(back[2...5].elementsEqual([65_504, 65_504, 65_504, -65_504]))
    #expect(halves[0] == 0 && halves[1] == 0x8000 && back[10] == 1 && halves[11] == 0x3c00)
    #expect(halves[7] == 1 && halves[8] == 0 && abs(back[6] - 6.1e-5) < 3e-8)
  }

  @Test(arguments: [8, 16, 40, 64, 136])
  func everyVariantWalksTheSameWay(width: Int) {
    var draw = Drawing(seed: UInt64(width))
    let (nodes, degree, stride) = (300, 6, 64)
    let codes = (0..<nodes * stride).map { _ in UInt8.random(in: 1...255, using: &draw) }
    let links = (0..<nodes * degree).map { _ in UInt32.random(in: 0..<300, using: &draw) }
    let norms = (0..<nodes).map { _ in Float(Int.random(in: 0...100_000, using: &draw)) }
    let query = (0..<stride).map { _ in Int8.random(in: -127...127, using: &draw) }
    var truth: [UInt64]?
    for number in (0..<Self.count).reversed() {
      let variant = unsafe updraft_codes_at(number).pointee
      var seen = [UInt64](repeating: 0, count: 8)
      var touched = [UInt32](repeating: 0, count: 1024)
      var keys = [UInt64](repeating: 0, count: 8) + Array(repeating: .max >> 1, count: width)
      unsafe keys.withUnsafeMutableBufferPointer { keys in
        var walk = unsafe updraft_walk()
        unsafe codes.withUnsafeBufferPointer { unsafe walk.codes = $0.baseAddress }
        unsafe links.withUnsafeBufferPointer { unsafe walk.links = $0.baseAddress }
        unsafe norms.withUnsafeBufferPointer { unsafe walk.norms = $0.baseAddress }
        unsafe query.withUnsafeBufferPointer { unsafe walk.query = $0.baseAddress }
        unsafe seen.withUnsafeMutableBufferPointer { unsafe walk.seen = $0.baseAddress }
        unsafe touched.withUnsafeMutableBufferPointer { unsafe walk.touched = $0.baseAddress }
        unsafe walk.stride = stride
        unsafe walk.degree = degree
        unsafe walk.norm_scale = 1
        unsafe walk.touched_limit = 1000
        unsafe walk.beam = keys.baseAddress! + 8
        unsafe walk.width = width
        unsafe walk.budget = .max
        unsafe withUnsafeMutablePointer(to: &walk) { walk in
          var walks: UnsafeMutablePointer<updraft_walk>? = unsafe walk
          unsafe variant.offer(walk, [0, 1, 2], 3, 0)
          #expect(unsafe variant.run(&walks, 1, .max) == 0)
        }
      }
      #expect(keys.dropFirst(8).elementsEqual(keys.dropFirst(8).sorted()))
      #expect(keys[0..<8].allSatisfy { $0 == 0 })
      if let truth { #expect(keys == truth, "\(Self.name(number))") }
      truth = keys
    }
  }
}
