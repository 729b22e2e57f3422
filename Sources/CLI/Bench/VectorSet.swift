internal import Index
internal import Lab

/// Vectors that indexes are compared on.
struct VectorSet {
  let name: String
  let vectors: VectorTable
  let queries: VectorTable
  let metric: Metric

  /// Drawn vectors of a low intrinsic dimension.
  static func seeded(_ count: Int) -> VectorSet {
    let made = SeededVectors(count: count, dimension: 128).made(queries: 1_000)
    return VectorSet(
      name: "seeded \(Figures.grouped(count)) x 128", vectors: made.vectors,
      queries: made.queries, metric: .cosine)
  }

  /// Titles as a text model sees them; nil where the folder has none.
  static func titles(_ folder: String, most: Int) throws -> VectorSet? {
    let files = (folder + "/titles-minilm/vectors.npy", folder + "/titles-minilm/queries.npy")
    guard Files.facts(files.0) != nil, Files.facts(files.1) != nil else { return nil }
    let vectors = try NumpyFile.read(files.0)
    return VectorSet(
      name: "titles \(Figures.grouped(min(most, vectors.count))) x \(vectors.dimension)",
      vectors: vectors.picking(Array(0..<min(most, vectors.count))),
      queries: try NumpyFile.read(files.1), metric: .cosine)
  }

  /// A few image descriptors, grown by noise; nil where the folder has none.
  static func grown(_ folder: String, to count: Int) throws -> VectorSet? {
    let file = folder + "/sift-5k/sift-dataset-5k.tsv.gz"
    guard Files.facts(file) != nil else { return nil }
    let few = try VectorTable(tabSeparated: file, dimension: 128)
    return VectorSet(
      name: "sift grown to \(Figures.grouped(count)) x 128",
      vectors: SeededVectors.grown(from: few, to: count),
      queries: SeededVectors.grown(from: few, to: 1_000, seed: 2), metric: .squaredEuclidean)
  }
}
