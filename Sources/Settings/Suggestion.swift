/// "Did you mean": the name that somebody probably wanted to write.
public enum Suggestion {
  /// The name of `names` nearest to `name`, or nil when none is near: at most a third of the longer
  /// one's characters differ. The first wins a tie.
  public static func closest(to name: String, in names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(lengthMax))
    var best: (name: String, distance: Int)?
    for candidate in names {
      let scalars = Array(candidate.lowercased().unicodeScalars.prefix(lengthMax))
      let allowed = max(1, max(wanted.count, scalars.count) / 3)
      if abs(wanted.count - scalars.count) > allowed { continue }
      let distance = distance(wanted, scalars)
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The path of `paths` nearest to `path`, or nil when none is near: each of its parts must be, so
  /// that a right section does not vouch for a wrong key.
  public static func closest(toPath path: String, in paths: some Sequence<String>) -> String? {
    let wanted = parts(path)
    var best: (path: String, distance: Int)?
    for candidate in paths {
      let parts = parts(candidate)
      guard parts.count == wanted.count else { continue }
      var sum = 0
      for (one, other) in zip(wanted, parts) {
        let distance = distance(one, other)
        guard distance <= max(1, max(one.count, other.count) / 3) else {
          sum = .max
          break
        }
        sum += distance
      }
      if sum < best?.distance ?? .max { best = (candidate, sum) }
    }
    return best?.path
  }

  private static func parts(_ path: String) -> [[Unicode.Scalar]] {
    path.lowercased().split(separator: ".", omittingEmptySubsequences: false).map {
      Array($0.unicodeScalars.prefix(lengthMax))
    }
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that turn one text
  /// into the other, where no place is edited twice (optimal string alignment; F. J. Damerau,
  /// doi:10.1145/363958.363994).
  static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    var current = last
    for row in first.indices {
      current[0] = row + 1
      for column in second.indices {
        let same = first[row] == second[column]
        var cost = min(
          last[column + 1] + 1, current[column] + 1, last[column] + (same ? 0 : 1))
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current[column + 1] = cost
      }
      (beforeLast, last, current) = (last, current, beforeLast)
    }
    return last[second.count]
  }

  private static let lengthMax = 64
}
