/// How wide a search looks.
struct GraphPlan {
  let k: Int
  /// Keys of the beam, a multiple of 8.
  let width: Int
  /// Rows scored again: half as many more than wanted, because codes are rounded, if the beam holds
  /// them.
  let rescored: Int
  private let rows: Int
  private let degree: Int

  init(k: Int, effort: Int, rows: Int, degree: Int) {
    self.rows = rows
    self.degree = degree
    self.k = min(k, max(rows, 1))
    width = (max(effort > 0 ? effort : 2 * self.k + 44, self.k) + 7) / 8 * 8
    rescored = min(self.k + self.k / 2 + 8, width)
  }

  /// Whether a walk is likely cheaper than comparing all `allowed` rows: it visits about half of a
  /// node's links for each key of the wider beam, and each costs about three times as much as one
  /// in a scan.
  func walks(allowed: Int) -> Bool {
    let walk = Double(width(allowed: allowed)) * Double(degree) / 2 * 3
    return allowed > 1024 && Double(min(allowed, rows)) > walk / 2
  }

  /// The beam's keys when only some rows are allowed: as many more as there are others, at most
  /// 64 times.
  func width(allowed: Int) -> Int {
    let share = Double(max(min(allowed, rows), 1)) / Double(max(rows, 1))
    return Int(Double(width) * min(1 / share, 64) * 1.25) + 8
  }
}
