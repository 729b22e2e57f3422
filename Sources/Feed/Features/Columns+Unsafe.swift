/// Loops over short columns, several elements an instruction.
///
/// Safe because every load is inside `0..<count` of the borrowed buffer: whole vectors up to the
/// last full one, single elements behind it.
enum Columns {
  /// The first place of `value`; nil when it is not there.
  @inline(__always)
  static func firstIndex(of value: UInt32, in column: borrowing [UInt32]) -> Int? {
    unsafe column.withUnsafeBufferPointer { buffer in
      let wanted = SIMD16<UInt32>(repeating: value)
      var place = 0
      let bytes = unsafe UnsafeRawPointer(buffer.baseAddress)
      while place &+ 16 <= buffer.count, let bytes = unsafe bytes {
        let lanes = unsafe bytes.loadUnaligned(
          fromByteOffset: place &* 4, as: SIMD16<UInt32>.self)
        if any(lanes .== wanted) {
          for lane in 0..<16 where lanes[lane] == value { return place &+ lane }
        }
        place &+= 16
      }
      while place < buffer.count {
        if unsafe buffer[place] == value { return place }
        place &+= 1
      }
      return nil
    }
  }

  /// The smallest key; infinity for none.
  static func lowest(_ column: borrowing [Double]) -> Double {
    unsafe column.withUnsafeBufferPointer { buffer in
      var lanes = SIMD8<Double>(repeating: .infinity)
      var place = 0
      let bytes = unsafe UnsafeRawPointer(buffer.baseAddress)
      while place &+ 8 <= buffer.count, let bytes = unsafe bytes {
        let next = unsafe bytes.loadUnaligned(fromByteOffset: place &* 8, as: SIMD8<Double>.self)
        lanes.replace(with: next, where: next .< lanes)
        place &+= 8
      }
      var lowest = lanes.min()
      while place < buffer.count {
        lowest = unsafe Swift.min(lowest, buffer[place])
        place &+= 1
      }
      return lowest
    }
  }

  /// The first place of the successor `row`; nil when it is not there.
  @inline(__always)
  static func firstIndex(
    of row: UInt32, in entries: borrowing [CoEngagement.Successor]
  ) -> Int? {
    unsafe entries.withUnsafeBufferPointer { buffer in
      let wanted = SIMD16<UInt32>(repeating: row)
      var place = 0
      let bytes = unsafe UnsafeRawPointer(buffer.baseAddress)
      while place &+ 8 <= buffer.count, let bytes = unsafe bytes {
        let lanes = unsafe bytes.loadUnaligned(
          fromByteOffset: place &* 8, as: SIMD16<UInt32>.self)
        // Every other lane is a weight, whose bits may be anything.
        if any(lanes.evenHalf .== wanted.evenHalf) {
          for lane in 0..<8 where lanes[lane &* 2] == row { return place &+ lane }
        }
        place &+= 8
      }
      while place < buffer.count {
        if unsafe buffer[place].row == row { return place }
        place &+= 1
      }
      return nil
    }
  }

  /// The first place of the smallest weight; 0 for none.
  @inline(__always)
  static func lowestIndex(_ entries: borrowing [CoEngagement.Successor]) -> Int {
    unsafe entries.withUnsafeBufferPointer { buffer in
      var lanes = SIMD8<Float>(repeating: .infinity)
      var place = 0
      let bytes = unsafe UnsafeRawPointer(buffer.baseAddress)
      while place &+ 8 <= buffer.count, let bytes = unsafe bytes {
        let next = unsafe bytes.loadUnaligned(fromByteOffset: place &* 8, as: SIMD16<Float>.self)
          .oddHalf
        lanes.replace(with: next, where: next .< lanes)
        place &+= 8
      }
      var lowest = lanes.min()
      while place < buffer.count {
        lowest = unsafe Swift.min(lowest, buffer[place].weight)
        place &+= 1
      }
      for place in 0..<buffer.count where unsafe buffer[place].weight == lowest { return place }
      return 0
    }
  }

  /// The inner product of `vector` with the equally long part of `column` from `start` on, and that
  /// part's squared length.
  @inline(__always)
  static func product(
    _ column: borrowing [Float], from start: Int, _ vector: borrowing Span<Float>
  ) -> (product: Float, square: Float) {
    precondition(start >= 0 && start <= column.count - vector.count)
    return unsafe column.withUnsafeBytes { mine in
      unsafe vector.withUnsafeBytes { other in
        var product = SIMD16<Float>.zero
        var square = SIMD16<Float>.zero
        var place = 0
        let count = other.count / 4
        while place &+ 16 <= count {
          let a = unsafe mine.loadUnaligned(
            fromByteOffset: (start &+ place) &* 4, as: SIMD16<Float>.self)
          let b = unsafe other.loadUnaligned(fromByteOffset: place &* 4, as: SIMD16<Float>.self)
          product += a * b
          square += a * a
          place &+= 16
        }
        var sums = (product: product.sum(), square: square.sum())
        while place < count {
          let a = unsafe mine.loadUnaligned(fromByteOffset: (start &+ place) &* 4, as: Float.self)
          let b = unsafe other.loadUnaligned(fromByteOffset: place &* 4, as: Float.self)
          sums.product += a * b
          sums.square += a * a
          place &+= 1
        }
        return sums
      }
    }
  }

  /// column[start…] = column[start…] · factor + vector · weight.
  @inline(__always)
  static func blend(
    _ column: inout [Float], from start: Int, scaledBy factor: Float,
    _ vector: borrowing Span<Float>, _ weight: Float
  ) {
    precondition(start >= 0 && start <= column.count - vector.count)
    unsafe column.withUnsafeMutableBufferPointer { mine in
      unsafe vector.withUnsafeBufferPointer { other in
        for place in 0..<other.count {
          let old = unsafe mine[start &+ place]
          unsafe mine[start &+ place] = unsafe old * factor + other[place] * weight
        }
      }
    }
  }
}
