import Foundation
import JSON

/// SplitMix64: the same numbers from the same seed.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// From `UPDRAFT_TEST_SEED`, or a fixed seed; printed, so that a failure can be repeated.
  static func seeded(_ test: String) -> Chance {
    let given = ProcessInfo.processInfo.environment["UPDRAFT_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? 20_261_121
    print("\(test): seed \(seed)")
    return Chance(seed: seed)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A JSON value with all that the reader and the writer must keep.
indirect enum Sample: Equatable {
  case null, bool(Bool), integer(Int64), unsigned(UInt64), double(Double), string(String)
  case array([Sample])
  case object([Pair])

  struct Pair: Equatable {
    var key: String
    var value: Sample
  }

  static func random(_ chance: inout Chance, depth: Int = 0) -> Sample {
    switch Int.random(in: 0..<(depth > 5 ? 6 : 8), using: &chance) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &chance))
    case 2: return .integer(Int64(truncatingIfNeeded: chance.next() >> (chance.next() % 64)))
    case 3: return .unsigned(chance.next() | 1 << 63)
    case 4:
      let double = Double(bitPattern: chance.next())
      return .double(double.isFinite ? double : 0.1)
    case 5: return .string(text(&chance))
    case 6:
      let count = Int.random(in: 0..<6, using: &chance)
      return .array((0..<count).map { _ in random(&chance, depth: depth + 1) })
    default:
      let count = Int.random(in: 0..<24, using: &chance)
      return .object(
        (0..<count).map { index in
          Pair(key: text(&chance) + "\(index)", value: random(&chance, depth: depth + 1))
        })
    }
  }

  static func text(_ chance: inout Chance) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x2020...0x2030, 0x10000...0x10FFFF,
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<30, using: &chance) {
      let range = ranges[Int.random(in: 0..<ranges.count, using: &chance)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &chance)) {
        text.append(scalar)
      }
    }
    return String(text)
  }

  func write(_ json: inout JSONWriter) {
    switch self {
    case .null: json.null()
    case .bool(let value): json.value(value)
    case .integer(let value): json.value(value)
    case .unsigned(let value): json.value(value)
    case .double(let value): json.value(value)
    case .string(let value): json.value(value)
    case .array(let values): json.array { json in for value in values { value.write(&json) } }
    case .object(let pairs):
      json.object { json in
        for pair in pairs {
          json.key(pair.key)
          pair.value.write(&json)
        }
      }
    }
  }

  /// Whether `value` is this sample; doubles bit for bit.
  func matches(_ value: JSONValue) throws -> Bool {
    switch self {
    case .null: return value.isNull
    case .bool(let bool): return try value.bool() == bool
    case .integer(let integer): return try value.int64() == integer
    case .unsigned(let unsigned): return try value.double() == Double(unsigned)
    case .double(let double):
      let read = try value.double()
      return read == double && (read.sign == double.sign || read == 0)
    case .string(let string):
      return try value.string() == string && value.equals(string)
    case .array(let samples):
      let elements = Array(try value.elements())
      return try elements.count == samples.count && value.count == samples.count
        && zip(samples, elements).allSatisfy { try $0.matches($1) }
    case .object(let pairs):
      let members = Array(try value.members())
      return try members.count == pairs.count
        && zip(pairs, members).allSatisfy { pair, member in
          try member.key == pair.key && member.named(pair.key)
            && value[pair.key].map { try pair.value.matches($0) } == true
        }
    }
  }
}
