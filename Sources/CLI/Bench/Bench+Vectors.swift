internal import Index
internal import Lab

extension Bench {
  /// The index of vectors beside hnswlib, which gets all queries in one call.
  func nearestVectors() throws -> [BenchRow] {
    var rows: [BenchRow] = []
    if let vectors {
      if let titles = try VectorSet.titles(vectors, most: size(40_000)) {
        rows += try VectorDuel(titles, self).rows()
      }
      if let grown = try VectorSet.grown(vectors, to: size(200_000)) {
        rows += try VectorDuel(grown, self).rows()
      }
    }
    let duel = try VectorDuel(.seeded(size(200_000)), self)
    rows += try duel.rows() + duel.filtered()
    guard duel.hnswlib == nil else { return rows }
    console.note("vectors: hnswlib is not installed: scripts/setup bench")
    return rows
  }
}

extension VectorDuel {
  /// Filters that let half of the rows to one in a thousand through.
  func filtered() throws -> [BenchRow] {
    var rows: [BenchRow] = []
    var (worst, notes) = (1.0, [String]())
    for kind in TrialFilters.allCases {
      for share in [0.5, 0.1, 0.01, 0.001] {
        let name = "\(kind.rawValue) \(Figures.decimal(share * 100, share < 0.01 ? 1 : 0)) %"
        bench.say("vectors: filter, \(name)")
        var plan = plan(10, until: 2)
        plan.efforts = [0]
        plan.filters = kind.sets(set.vectors, queries: set.queries, share: share, seed: 1)
        let own = curve(plan, trial.thresholds(plan))
        let recall = own.points.first?.recall ?? 0
        worst = min(worst, recall)
        notes.append("\(name) \(Figures.decimal(recall, 3))")
        guard kind == .random, share == 0.1 || share == 0.01 else { continue }
        let peer = try peer(plan.filters)
        // As little effort as gives that recall, like the peer's.
        plan.until = 0.95
        plan.efforts = [10, 16, 24, 32, 48, 64]
        let least = curve(plan, trial.thresholds(plan))
        rows.append(
          BenchRow(
            "\(set.name): filter, \(name)", .perSecond, least.rate(at: 0.95) ?? 0,
            peer: peer.map { ("hnswlib", $0) }, .ratioAtLeast(share == 0.1 ? 2 : 50),
            note: "ours at \(Figures.decimal(least.points.last?.recall ?? 0, 3)), hnswlib at .95"))
      }
    }
    let all = BenchRow(
      "\(set.name): filters, worst recall@10", .share, worst, .atLeast(0.95),
      note: notes.joined(separator: ", "))
    return [all] + rows
  }

  /// Queries a second of hnswlib with these filters at recall .95, or at the best that it reached.
  private func peer(_ filters: [RowSet]) throws -> Double? {
    guard let hnswlib else { return nil }
    var values: [Float] = []
    values.reserveCapacity(filters.count * set.vectors.count)
    for filter in filters {
      for row in 0..<UInt32(set.vectors.count) { values.append(filter.contains(row) ? 1 : 0) }
    }
    try NumpyFile.write(
      VectorTable(dimension: set.vectors.count, values: values), to: files.filter)
    let curve = try hnswlib.search(
      files, k: 10, efforts: [10, 20, 40, 80, 160], until: 0.95, filtered: true)
    return curve.rate(at: 0.95) ?? curve.points.last?.rate
  }
}
