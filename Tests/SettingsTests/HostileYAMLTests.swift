import Settings
import Testing

@Suite struct HostileYAMLTests {
  private func code(_ bytes: [UInt8]) -> SettingsError.Code? {
    do {
      _ = try YAMLReader.read(bytes, file: "x.yaml")
      return nil
    } catch {
      return error.code
    }
  }

  @Test func boundsDepthAndSize() {
    #expect(code([UInt8](repeating: 0x5B, count: 100_000)) == .tooLarge)
    #expect(code([UInt8](repeating: 0x20, count: YAMLReader.bytesMax + 1)) == .tooLarge)
    let flat = "[" + String(repeating: "1,", count: 60_000) + "1]"
    #expect(code(Array(flat.utf8)) == .tooLarge)
    let nested = (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(code(Array(nested.utf8)) == .tooLarge)
  }

  @Test(arguments: [[0xFF, 0xFE], [0x61, 0x3A, 0x20, 0x80], [0x61, 0x00], [0x09, 0x61, 0x3A]])
  func refusesWhatIsNoText(_ bytes: [UInt8]) {
    #expect(code(bytes) == .syntax)
  }

  @Test func placesAreExact() throws {
    let node = try YAMLReader.read(Array("é: x\nb:\n  - 1\n".utf8), file: "x.yaml")
    guard case .mapping(let entries) = node.content, entries.count == 2 else {
      Issue.record("no mapping")
      return
    }
    #expect(entries[0].value.origin == .file("x.yaml", line: 1, column: 4))
    #expect(entries[1].origin == .file("x.yaml", line: 2, column: 1))
    #expect(entries[1].value.origin == .file("x.yaml", line: 3, column: 3))
  }

  @Test func neverTrapsOnMutations() {
    let original = Array(
      Sample.schema.show(Loaded(value: Sample(), origins: [:]), notes: .docs).utf8)
    var state: UInt64 = 20_261_121
    print("mutations: seed \(state)")
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var accepted = 0
    for _ in 0..<2000 {
      var bytes = original
      for _ in 0...(next() % 3) {
        let at = next() % bytes.count
        if next() % 2 == 0 { bytes[at] = UInt8(next() % 256) } else { bytes.remove(at: at) }
      }
      let loaded = try? Sample.schema.load(Sample(), file: ("x.yaml", bytes))
      if loaded != nil { accepted += 1 }
    }
    #expect(accepted > 100 && accepted < 2000)
  }
}
