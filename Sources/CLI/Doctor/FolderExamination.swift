internal import Feed
internal import Glibc
internal import Server
internal import Stores

/// Whether a server could run in a folder: permissions, the lock, the disk, secrets, keys.
struct FolderExamination {
  let path: String
  let configuration: Configuration
  let examination: Examination

  /// - Returns: whether the folder can be looked into.
  func run() -> Bool {
    guard let facts = Files.facts(path), facts.isFolder else {
      examination.fail(
        "folder", "\(path): there is no such folder",
        fix: "updraft serve --data \(path) makes it; or check --data")
      return false
    }
    permissions(facts)
    lock()
    disk()
    secrets()
    keys()
    return true
  }

  private func permissions(_ facts: Files.Facts) {
    if facts.owner != geteuid() {
      examination.fail(
        "folder", "\(path) belongs to user \(facts.owner), this is user \(geteuid())",
        fix: "run as that user, or: chown -R $(id -u) \(path)")
    } else if facts.mode & 0o077 != 0 {
      examination.warn(
        "folder", "\(path) can be read by others (mode \(String(facts.mode, radix: 8)))",
        fix: "chmod 700 \(path)")
    } else if !Files.may(W_OK | X_OK, path) {
      examination.fail("folder", "\(path) can't be written", fix: "chmod u+rwx \(path)")
    } else {
      examination.fine("folder", "\(path) is this user's own, and nobody else's")
    }
  }

  private func lock() {
    do {
      _ = try DataDirectory(path, access: .write)
      examination.fine("lock", "free: no server runs on this folder")
    } catch  where error.code == .locked {
      examination.fine("lock", "held: a server runs on this folder")
    } catch {
      examination.fail(
        "lock", error.message, fix: "make the folder writable: chmod -R u+rwX \(path)")
    }
  }

  private func disk() {
    guard let space = Files.space(path) else { return }
    let share = Double(space.free) / Double(max(1, space.total))
    let text =
      "\(Figures.bytes(space.free)) free of \(Figures.bytes(space.total)) "
      + "(\(Figures.decimal(share * 100, 0)) %)"
    if space.free < 256 << 20 {
      examination.fail(
        "disk", text + ": too little for the log and two snapshots",
        fix: "free space, or move the folder to another disk")
    } else if space.free < 2 << 30 || share < 0.05 {
      examination.warn("disk", text, fix: "free space soon, or shorten log.retention")
    } else {
      examination.fine("disk", text)
    }
  }

  private func secrets() {
    guard let facts = Files.facts(path + "/secrets/server") else {
      return examination.fine("secret", "none yet: the first start makes one")
    }
    guard facts.mode & 0o077 == 0 else {
      return examination.fail(
        "secret", "\(path)/secrets/server can be read by others, who could make any token",
        fix: "chmod 600 \(path)/secrets/server; remove it to make a new one, which ends all tokens")
    }
    guard facts.bytes >= Secret.bytesMin else {
      return examination.fail(
        "secret", "\(path)/secrets/server has only \(facts.bytes) bytes",
        fix: "restore it, or remove it to make a new one, which ends all tokens")
    }
    examination.fine("secret", "kept for its owner only")
  }

  private func keys() {
    let isOpen = !ListenAddress.isLoopback(configuration.server.listen)
    do {
      guard Files.facts(path + "/keys.db") != nil else {
        guard isOpen else {
          return examination.fine("keys", "none; the server listens to this machine only")
        }
        return examination.fail(
          "keys", "\(configuration.server.listen) is open to others and there is no key",
          fix: "updraft keys create --data \(path) --scope service")
      }
      let directory = try DataDirectory(path, access: .read)
      let keys = try AccessFolder.keys(directory).list()
      let counts = Scope.allCases.map { scope in
        "\(keys.filter { $0.scope == scope }.count) \(scope.rawValue)"
      }
      examination.fine("keys", counts.joined(separator: ", "))
    } catch {
      examination.fail(
        "keys", Failure(explaining: error).message, fix: "restore \(path)/keys.db from a backup")
    }
  }
}
