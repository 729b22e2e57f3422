import Feed
import Stores
import TestKit
import Testing

@Suite("One writer a folder, and every refusal is one clear line")
struct DataDirectoryTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/a/data" }

  @Test func aSecondWriterIsRefusedByName() throws {
    let first = try DataDirectory(data, access: .write)
    let pid = String(decoding: try TestFile.read(data + "/lock").dropLast(), as: UTF8.self)
    let error = #expect(throws: LogError.self) { try DataDirectory(data, access: .write) }
    #expect(
      error?.description
        == "log-locked: \(data): process \(pid) writes there; stop it, or choose another --data")
    _ = try DataDirectory(data, access: .read)
    withExtendedLifetime(first) {}
  }

  @Test func theLockGoesWithItsHolder() throws {
    for _ in 0..<3 { _ = try DataDirectory(data, access: .write) }
  }

  @Test func onlyTheOwnerReads() throws {
    let directory = try DataDirectory(data, access: .write)
    _ = try directory.secret("tokens")
    #expect(TestFile.permissions(data) == 0o700)
    #expect(TestFile.permissions(data + "/secrets") == 0o700)
    #expect(TestFile.permissions(data + "/secrets/tokens") == 0o600)
  }

  @Test func secretsAreMadeOnceAndDiffer() throws {
    let directory = try DataDirectory(data, access: .write)
    let tokens = try directory.secret("tokens")
    #expect(tokens.count == 32)
    #expect(try directory.secret("tokens") == tokens)
    #expect(try directory.secret("cursors") != tokens)
    let reader = try DataDirectory(data, access: .read)
    #expect(try reader.secret("tokens") == tokens)
    #expect(try reader.secret("made-by-a-reader", bytes: 64).count == 64)
    #expect(TestFile.names(data + "/secrets") == ["cursors", "made-by-a-reader", "tokens"])
  }

  @Test func aShortSecretIsRefused() throws {
    let directory = try DataDirectory(data, access: .write)
    _ = try directory.secret("tokens")
    try TestFile.write(data + "/secrets/tokens", [1, 2, 3])
    let error = #expect(throws: LogError.self) { try directory.secret("tokens") }
    #expect(error?.code == .corrupt)
  }

  @Test func aReaderOfNothingIsToldSo() throws {
    let error = #expect(throws: LogError.self) { try DataDirectory(data, access: .read) }
    #expect(error?.code == .unavailable)
    let directory = try DataDirectory(data, access: .write)
    withExtendedLifetime(directory) {}
    let reader = try DataDirectory(data, access: .read)
    let noLog = #expect(throws: LogError.self) { try SQLiteLog(reader) }
    #expect(noLog?.code == .unavailable)
  }

  @Test(.enabled(if: !TestFile.isSuperuser, "permissions do not bind the superuser"))
  func aFolderThatMayNotBeWrittenIsUnavailable() throws {
    TestFile.setPermissions(folder.path, 0o500)
    defer { TestFile.setPermissions(folder.path, 0o700) }
    let error = #expect(throws: LogError.self) { try DataDirectory(data, access: .write) }
    #expect(error?.code == .unavailable)
  }

  @Test func aFileInPlaceOfTheFolderIsUnavailable() throws {
    try TestFile.write(folder.path + "/a", [1])
    let error = #expect(throws: LogError.self) { try DataDirectory(data, access: .write) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains(folder.path) == true)
  }
}
