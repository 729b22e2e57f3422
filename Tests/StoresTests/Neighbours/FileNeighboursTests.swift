import Feed
import Stores
import TestKit
import Testing

/// The file of the learned neighbours.
@Suite struct FileNeighboursTests {
  private func table(_ name: String) throws -> NeighbourTable {
    var draft = NeighbourDraft(name: name, pairsMax: 100)
    try draft.set("a", [.init(item: "b", weight: 0.5)])
    return draft.table(made: .zero)
  }

  @Test func theTableThatWasKeptLastIsThere() throws {
    let folder = TemporaryFolder()
    do {
      let store = try FileNeighbours(try DataDirectory(folder.path, access: .write))
      #expect(try store.table() == nil)
      for name in ["one", "two"] {
        try store.keep(try table(name))
        #expect(try store.table()?.name == name)
      }
    }
    let store = try FileNeighbours(try DataDirectory(folder.path, access: .write))
    #expect(try store.table() == table("two"))
    try store.keep(nil)
    #expect(try store.table() == nil)
    try store.keep(nil)
  }

  @Test func whatACrashLeftIsRemovedAndDamageIsToldByItsPlace() throws {
    let folder = TemporaryFolder()
    do {
      let store = try FileNeighbours(try DataDirectory(folder.path, access: .write))
      try store.keep(try table("one"))
    }
    let file = folder.path + "/neighbours"
    try TestFile.write(file + ".part", [1, 2, 3])
    do {
      let store = try FileNeighbours(try DataDirectory(folder.path, access: .write))
      #expect(TestFile.size(file + ".part") == nil)
      #expect(try store.table()?.name == "one")
    }
    var bytes = try TestFile.read(file)
    bytes[bytes.count - 1] ^= 1
    try TestFile.write(file, bytes)
    let store = try FileNeighbours(try DataDirectory(folder.path, access: .write))
    let error = try #require(throws: NeighbourError.self) { try store.table() }
    #expect(error.code == .corrupt && error.message.hasPrefix(file), "\(error)")
    // The next one that is kept makes it whole.
    try store.keep(try table("two"))
    #expect(try store.table()?.name == "two")
  }

  @Test func whoeverOnlyReadsChangesNothing() throws {
    let folder = TemporaryFolder()
    _ = try FileNeighbours(try DataDirectory(folder.path, access: .write))
    let store = try FileNeighbours(try DataDirectory(folder.path, access: .read))
    let error = try #require(throws: NeighbourError.self) { try store.keep(try table("one")) }
    #expect(error.code == .unavailable)
  }
}
