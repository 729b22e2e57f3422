internal import Glibc
internal import Sync
internal import Synchronization

/// The two sides of a factorisation while it is trained.
package final class FactorTrainer: @unchecked Sendable {
  // Sendable: while the threads of a half step run, each row that changes belongs to the one thread
  // that took its piece, and everything else is only read.
  package let users: FactorBlock
  package let items: FactorBlock
  private let byUser: SparseMatrix
  private let byItem: SparseMatrix
  private let settings: FactorModel.Settings

  /// Drawn items, N(0, 0.01 / dimension), or given ones; users at zero.
  package init(
    _ matrix: SparseMatrix, _ settings: FactorModel.Settings, items given: VectorTable? = nil
  ) {
    byUser = matrix
    byItem = matrix.transposed()
    self.settings = settings
    users = FactorBlock(rows: matrix.rows, dimension: settings.dimension)
    items = FactorBlock(rows: matrix.columns, dimension: settings.dimension)
    if let given {
      items.fill(given)
    } else {
      items.draw(seed: settings.seed, spread: 0.1 / Float(settings.dimension).squareRoot())
    }
  }

  /// One side solved for the other as it is.
  package func solveUsers() { solve(users, byUser, from: items) }
  /// See `solveUsers`.
  package func solveItems() { solve(items, byItem, from: users) }

  /// Rows that a thread takes at a time.
  private static let piece = 64

  private func solve(_ side: FactorBlock, _ matrix: SparseMatrix, from other: FactorBlock) {
    let gram = other.gram(scale: Float(settings.unobservedWeight))
    let next = Counter()
    let work: @Sendable () -> Void = { [self] in
      let solver = RowSolver(settings, gram: gram, from: other)
      while true {
        let first = next.take(Self.piece)
        guard first < matrix.rows else { return }
        for row in first..<min(first + Self.piece, matrix.rows) {
          let seen = matrix.indices.span.extracting(matrix.range(row))
          solver.solve(
            row, of: side, seen: seen,
            regularisation: self.regularisation(seen.count, of: matrix.columns))
        }
      }
    }
    let pieces = (matrix.rows + Self.piece - 1) / Self.piece
    let helpers = (1..<max(1, min(settings.threads, pieces))).map { _ in Thread(work) }
    work()
    for helper in helpers { helper.join() }
  }

  /// λ (n + α₀ · others)^ν
  private func regularisation(_ count: Int, of others: Int) -> Float {
    let frequency = Double(count) + settings.unobservedWeight * Double(others)
    return Float(settings.regularisation * pow(frequency, settings.frequencyExponent))
  }

  /// What is minimised.
  package var objective: Double {
    var sum = 0.0
    for row in 0..<byUser.rows {
      for place in byUser.range(row) {
        let error = 1 - users.product(row, items, Int(byUser.indices[place]))
        sum += error * error
      }
    }
    sum += settings.unobservedWeight * users.gram(scale: 1).overlap(items.gram(scale: 1))
    for (side, matrix) in [(users, byUser), (items, byItem)] {
      for row in 0..<matrix.rows {
        let weight = Double(regularisation(matrix.range(row).count, of: matrix.columns))
        sum += weight * side.product(row, side, row)
      }
    }
    return sum
  }
}

/// Hands out rows.
private final class Counter: Sendable {
  private let next = Atomic<Int>(0)

  func take(_ count: Int) -> Int { next.wrappingAdd(count, ordering: .relaxed).oldValue }
}
