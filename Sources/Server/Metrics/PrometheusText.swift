internal import Feed

/// Writes metrics in the text format of Prometheus. One family after another; names are checked by
/// a test, label values are escaped here.
struct PrometheusText: ~Copyable {
  /// The text so far.
  private(set) var bytes: [UInt8] = []

  /// What a family is.
  enum Kind: String {
    case counter, gauge, histogram
  }

  init() { bytes.reserveCapacity(32 << 10) }

  /// Begins a family.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    put("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
  }

  /// One number of a family.
  mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
    put(name)
    put(labels)
    put(" \(Self.text(value))\n")
  }

  /// A family with one number.
  mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    family(name, kind, help)
    sample(name, [], value)
  }

  /// The lines of one histogram of a family.
  mutating func histogram(_ name: String, _ labels: [(String, String)] = [], _ values: Histogram) {
    let (counts, sum) = values.snapshot()
    var total: UInt64 = 0
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < values.bounds.count ? Self.text(values.bounds[index]) : "+Inf"
      sample(name + "_bucket", labels + [("le", bound)], Double(total))
    }
    sample(name + "_sum", labels, sum)
    sample(name + "_count", labels, Double(total))
  }

  private mutating func put(_ labels: [(String, String)]) {
    guard !labels.isEmpty else { return }
    put("{")
    for (index, label) in labels.enumerated() {
      put(index == 0 ? "" : ",")
      put(label.0 + "=\"")
      for byte in label.1.utf8 {
        switch byte {
        case 0x22: put("\\\"")
        case 0x5C: put("\\\\")
        case 0x0A: put("\\n")
        default: bytes.append(byte)
        }
      }
      put("\"")
    }
    put("}")
  }

  private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private static func text(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return value.isFinite ? String(value) : value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"
  }
}
