/// The numbers in the first page of a graph's file, which its sizes follow from:
///
///     magic "UPDRGRPH" · format · the 20 numbers below · bytes of the file · sum of the sums ·
///     zeros · sum of the page before
///
/// of eight bytes each, little-endian. Behind it lie the arrays as they lie in memory, each from a
/// whole page on, and behind those one sum for each mebibyte of each array. The places of magic,
/// format and the page's sum stay in every later format.
struct GraphFileHeader: Equatable {
  static let page = 4096
  static let block = 1 << 20
  static let format: UInt64 = 1
  static let magic: UInt64 = 0x4850_5247_5244_5055  // UPDRGRPH

  var dimension = 0
  var metric = Metric.cosine
  var settings = GraphSettings()
  /// Numbers of the index.
  var count = 0
  var slots = 0
  var rowLimit = 0
  var pending = 0
  var entry = 0
  var isReady = false
  var codeScale: Float = 1
  var layerCounts = [Int](repeating: 0, count: GraphMemory.layersMax)
  /// Slots that can be used again, and slots of removed rows that links lead through.
  var free = 0
  var dead = 0

  private static let metrics: [Metric] = [.innerProduct, .cosine, .squaredEuclidean]

  init() {}

  /// The numbers behind magic and format.
  var numbers: [UInt64] {
    var numbers: [UInt64] = [
      UInt64(dimension), UInt64(Self.metrics.firstIndex(of: metric) ?? 0),
      UInt64(settings.degree), UInt64(settings.alpha.bitPattern),
      UInt64(settings.constructionEffort), settings.seed, settings.keeps == .half ? 1 : 0,
      UInt64(settings.capacity),
    ]
    for number in [count, slots, rowLimit, pending, entry] { numbers.append(UInt64(number)) }
    numbers += [isReady ? 1 : 0, UInt64(codeScale.bitPattern)]
    for number in layerCounts + [free, dead] { numbers.append(UInt64(number)) }
    return numbers
  }

  /// Takes the numbers; nil when one of them is beyond what an index can have.
  init?(_ numbers: [UInt64]) {
    guard numbers.count == GraphFileHeader().numbers.count else { return nil }
    var place = 0
    var isPossible = true
    func next(_ bounds: ClosedRange<Int>) -> Int {
      defer { place += 1 }
      guard let number = Int(exactly: numbers[place]), bounds.contains(number) else {
        isPossible = false
        return bounds.lowerBound
      }
      return number
    }
    func float() -> Float { Float(bitPattern: UInt32(next(0...Int(UInt32.max)))) }
    dimension = next(1...65_536)
    metric = Self.metrics[next(0...2)]
    settings.degree = next(4...256)
    settings.alpha = float()
    settings.constructionEffort = next(1...1 << 20)
    settings.seed = numbers[place]
    place += 1
    settings.keeps = next(0...1) == 1 ? .half : .codesOnly
    settings.capacity = next(1...1 << 31)
    guard isPossible else { return nil }
    let capacity = GraphMemory.capacity(dimension: dimension, wanted: settings.capacity)
    count = next(0...capacity)
    slots = next(count...capacity)
    rowLimit = next(count...capacity)
    pending = next(0...slots)
    entry = next(0...(GraphMemory.layersMax + 1) << 32 | Int(UInt32.max))
    isReady = next(0...1) == 1
    codeScale = float()
    for layer in layerCounts.indices {
      layerCounts[layer] = next(0...GraphMemory.layerCapacity(layer + 1, of: capacity))
    }
    free = next(0...slots)
    dead = next(0...slots)
    guard isPossible, settings.degree.isMultiple(of: 2), settings.alpha.isFinite,
      settings.alpha >= 1, settings.constructionEffort >= settings.degree,
      codeScale.isFinite, codeScale > 0, isReady || entry == 0, isEntrySound
    else { return nil }
  }

  private var isEntrySound: Bool {
    let (top, node) = (entry >> 32, entry & Int(UInt32.max))
    guard top > 1 else { return top == 0 ? entry == 0 : node < slots }
    return node < layerCounts[top - 2] && layerCounts[..<(top - 1)].allSatisfy { $0 > 0 }
  }

  /// The lengths of the arrays in bytes, in the order in which they lie in the file.
  var lengths: [Int] {
    let stride = GraphMemory.stride(dimension: dimension)
    var lengths = [
      4 * dimension, slots * stride, keepsHalves ? 2 * slots * dimension : 0, 4 * slots,
      4 * slots * settings.degree, 4 * slots, 4 * rowLimit, 4 * pending, (slots + 63) / 64 * 8,
    ]
    for count in layerCounts {
      lengths += [4 * count * GraphLayer.degree, 4 * count, 4 * count]
    }
    return lengths + [4 * free, 4 * dead]
  }

  /// Whether half-precision rows are in the file.
  var keepsHalves: Bool { settings.keeps == .half || !isReady }

  /// A length up to the next page.
  static func padded(_ length: Int) -> Int { (length + page - 1) / page * page }

  /// Sums that an array of a padded length has.
  static func blocks(_ length: Int) -> Int { (padded(length) + block - 1) / block }

  /// Where the sums begin.
  var sumsStart: Int { lengths.reduce(Self.page) { $0 + Self.padded($1) } }

  /// The length of the file.
  var fileBytes: Int { sumsStart + 8 * lengths.reduce(0) { $0 + Self.blocks($1) } }
}
