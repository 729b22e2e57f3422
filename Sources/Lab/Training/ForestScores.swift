internal import Trees

/// What a forest says of the rows of a table, by the evaluation that serves pages.
enum ForestScores {
  private static let batch = 4_096

  /// Scores with the link applied, one a row.
  ///
  /// - Throws: `LabError` when the bytes are no forest over the table's features.
  static func of(
    _ bytes: [UInt8], _ table: TrainingTable, name: String
  ) throws(LabError) -> [Float] {
    do {
      let forest = try CompiledForest(try Forest.load(bytes))
      guard forest.forest.featureCount == table.features.count else {
        throw LabError(
          .format,
          "\(name): a forest over \(forest.forest.featureCount) features, the rows have "
            + "\(table.features.count)")
      }
      return scores(forest, table)
    } catch let error as ForestError {
      throw LabError(.format, "\(name): \(error.message)")
    } catch let error as LabError {
      throw error
    } catch {
      throw LabError(.format, "\(name): \(error)")
    }
  }

  private static func scores(_ forest: CompiledForest, _ table: TrainingTable) -> [Float] {
    let width = table.features.count
    let scratch = ForestScratch()
    var (scores, part) = ([Float](), [Float]())
    scores.reserveCapacity(table.count)
    for first in stride(from: 0, to: table.count, by: batch) {
      let count = min(batch, table.count - first)
      let rows = table.values.span.extracting(first * width..<(first + count) * width)
      forest.score(rows: rows, count: count, linked: true, into: &part, scratch: scratch)
      scores += part
    }
    return scores
  }
}
