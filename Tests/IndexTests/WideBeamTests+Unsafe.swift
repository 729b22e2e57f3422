import CKernels
import Testing

// Safe because every array outlives the call that it is lent to, and holds at least the elements
// that the call's sizes name.

/// From a width of 192 on keys come into a beam by the dozen, merged; below one by one. Both must
/// keep what single inserts into a sorted list keep.
@Suite struct WideBeamTests {
  private static let none: UInt64 = .max >> 1
  private static let nodes = 700
  private static let stride = 64

  /// Codes and norms of which many give the same distance, so that nodes decide.
  private struct Table {
    let codes: [UInt8]
    let norms: [Float]
    let query: [Int8]

    init(seed: UInt64) {
      var draw = Drawing(seed: seed)
      codes = (0..<nodes * stride).map { _ in UInt8.random(in: 127...129, using: &draw) }
      norms = (0..<nodes).map { _ in Float(Int.random(in: 0...9, using: &draw)) }
      query = (0..<stride).map { _ in Int8.random(in: -2...2, using: &draw) }
    }

    /// The key of a node, by the definition.
    func key(_ node: UInt32) -> UInt64 {
      let start = Int(node) * stride
      let product = (0..<stride).reduce(0) { $0 + Int(query[$1]) * (Int(codes[start + $1]) - 128) }
      let distance = 0x4000_0000 + Int(norms[Int(node)]) - product
      return UInt64(distance) << 32 | UInt64(node) << 1
    }
  }

  @Test(arguments: [184, 192, 200, 264], [1, 3, 63, 64, 65, 300])
  func keepsWhatSingleInsertsKeep(width: Int, batch: Int) {
    let table = Table(seed: UInt64(width * 1000 + batch))
    var draw = Drawing(seed: UInt64(batch))
    let order = (0..<UInt32(Self.nodes)).shuffled(using: &draw)
    for number in 0..<Self.variants {
      var truth = [UInt64](repeating: Self.none, count: width)
      var keys = [UInt64](repeating: 0, count: 8) + truth
      for start in Swift.stride(from: 0, to: order.count, by: batch) {
        let some = Array(order[start..<min(order.count, start + batch)])
        offer(some, to: &keys, width, table, number)
        for key in some.map(table.key) {
          let place = truth.firstIndex { $0 > key } ?? width
          truth.insert(key, at: place)
          truth.removeLast()
        }
        #expect(keys.dropFirst(8).elementsEqual(truth), "variant \(number), from \(start)")
      }
      #expect(keys.prefix(8).allSatisfy { $0 == 0 }, "variant \(number)")
    }
  }

  private static var variants: Int {
    var count = 0
    while unsafe updraft_codes_at(count) != nil { count += 1 }
    return count
  }

  private func offer(
    _ nodes: [UInt32], to keys: inout [UInt64], _ width: Int, _ table: Table, _ number: Int
  ) {
    let variant = unsafe updraft_codes_at(number).pointee
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      unsafe table.codes.withUnsafeBufferPointer { codes in
        unsafe table.norms.withUnsafeBufferPointer { norms in
          unsafe table.query.withUnsafeBufferPointer { query in
            var walk = unsafe updraft_walk()
            unsafe walk.codes = codes.baseAddress
            unsafe walk.norms = norms.baseAddress
            unsafe walk.query = query.baseAddress
            unsafe walk.stride = Self.stride
            unsafe walk.norm_scale = 1
            unsafe walk.beam = keys.baseAddress! + 8
            unsafe walk.width = width
            unsafe walk.budget = .max
            unsafe variant.offer(&walk, nodes, nodes.count, 0)
          }
        }
      }
    }
  }
}
