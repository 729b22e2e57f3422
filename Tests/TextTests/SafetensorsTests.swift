import TestKit
import Testing
import Text

@Suite struct SafetensorsTests {
  private let folder = TemporaryFolder()

  private func open(_ bytes: [UInt8]) throws -> Safetensors {
    let path = folder.path + "/model.safetensors"
    try TestFile.write(path, bytes)
    return try Safetensors(path)
  }

  @Test func numbersComeBackFromEveryType() throws {
    let numbers: [Float] = [0, -0.5, 1.25, 1024, 3, -7]
    var file = TensorFile()
    file.add("plain", [2, 3], numbers)
    file.add("half", [6], "F16", numbers.flatMap { TensorFile.bytes(Float16($0).bitPattern) })
    file.add(
      "brain", [3, 2], "BF16",
      numbers.flatMap { TensorFile.bytes(UInt16($0.bitPattern >> 16)) })
    file.add("empty", [0, 4], [])
    let tensors = try open(file.whole)
    #expect(tensors.tensors.count == 4)
    #expect(try tensors.floats("plain", shape: [2, 3]) == numbers)
    #expect(try tensors.floats("half", shape: [6]) == numbers)
    #expect(try tensors.floats("brain", shape: [3, 2]) == numbers)
    #expect(try tensors.floats("empty", shape: [0, 4]) == [])
  }

  /// Headers over eight bytes of data that no sound file has.
  static let hostile = [
    "", "{", "[]", "3", "{}", "{\"a\":3}",
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
    #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,2,2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"F16","shape":[3],"data_offsets":[2,8]}}"#,
  ]

  @Test(arguments: hostile)
  func aWrongHeaderIsRefused(header: String) {
    let bytes = TensorFile.whole(header: header, data: [UInt8](repeating: 0, count: 8))
    let error = #expect(throws: TextModelError.self) { try open(bytes) }
    #expect(error?.code == .header)
  }

  @Test func aLengthBeyondTheFileIsRefused() throws {
    var file = TensorFile()
    file.add("a", [2], [1, 2])
    let rest = Array(file.whole.dropFirst(8))
    for length in [UInt64.max, 1 << 63, 1 << 40, UInt64(rest.count) + 1, 0, 1] {
      let error = #expect(throws: TextModelError.self) {
        try open(TensorFile.bytes(length) + rest)
      }
      #expect(error?.code == .header)
    }
  }

  @Test func everyTruncationIsRefused() throws {
    var file = TensorFile()
    file.add("a", [2, 2], [1, 2, 3, 4])
    let whole = file.whole
    for count in whole.indices {
      let error = #expect(throws: TextModelError.self) { try open(Array(whole[..<count])) }
      #expect(error?.code == .header, "the first \(count) bytes")
    }
  }

  @Test func flippedBitsNeverGiveOtherSizes() throws {
    var file = TensorFile()
    file.add("a", [2, 2], [1, 2, 3, 4])
    let whole = file.whole
    var chance = SeededGenerator.announced("flippedBitsNeverGiveOtherSizes")
    for _ in 0..<300 {
      var bytes = whole
      bytes[chance.below(whole.count)] ^= 1 << UInt8(chance.below(8))
      guard let tensors = try? open(bytes) else { continue }
      let total = tensors.tensors.values.reduce(0) { $0 + $1.count }
      #expect(total <= 16)
    }
  }

  @Test func whatTheModelCannotUseIsRefused() throws {
    var file = TensorFile()
    file.add("nan", [2], [1, .nan])
    file.add("infinite", [2], [-.infinity, 1])
    file.add("whole", [2], "I32", [UInt8](repeating: 0, count: 8))
    file.add("fine", [2], [1, 2])
    let tensors = try open(file.whole)
    let wrong = [
      ("nan", [2]), ("infinite", [2]), ("whole", [2]), ("fine", [1, 2]), ("fine", [3]),
      ("absent", [2]),
    ]
    for (name, shape) in wrong {
      let error = #expect(throws: TextModelError.self) {
        try tensors.floats(name, shape: shape)
      }
      #expect(error?.code == .tensor, "\(name) \(shape)")
    }
    #expect(try tensors.floats("fine", shape: [2]) == [1, 2])
  }

  @Test func whatIsNoFileIsRefused() {
    for path in [folder.path, folder.path + "/absent", "/dev/null"] {
      let error = #expect(throws: TextModelError.self) { try Safetensors(path) }
      #expect(error?.code == .file)
    }
  }
}
