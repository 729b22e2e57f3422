/// Makes every page: sources → filters → features → score → slate.
///
/// It degrades before it is late: sources that fail or come too late are left out
/// (`fewer_sources`); without time to score, candidates are ordered by what their sources said
/// (`candidate_scores`); when nothing came at all, by what is popular and new (`popular`). Filters
/// are never left out.
///
/// The same World and request give the same set, as long as no deadline passes.
public struct Pipeline: Sendable {
  private let surfaces: Surfaces
  private let engine: EngineSettings
  /// In the order in which they are asked: what costs little and matters most comes first.
  private let sources: [any Source]
  private let slate: any Slate

  /// What removes candidates, from every set and again from every page that is cut later.
  static let filters: [any Filter] = [
    LiveFilter(), ExpiredFilter(), SeenFilter(), MutedFilter(), BlockedFilter(), RegionFilter(),
    LanguageFilter(), CategoryFilter(), SubjectFilter(),
  ]

  /// The sources of a program.
  private static func shippedSources(_ neighbours: NeighbourBoard) -> [any Source] {
    [
      FollowedSource(), CoEngagedSource(neighbours), TrendingSource(), PopularSource(),
      FreshSource(), NearestSource(),
    ]
  }

  /// A pipeline for the surfaces of a configuration.
  ///
  /// - Parameter neighbours: where the table of learned neighbours stands.
  public init(_ configuration: Configuration, neighbours: NeighbourBoard = NeighbourBoard()) {
    self.init(configuration, sources: Self.shippedSources(neighbours))
  }

  /// A pipeline with sources of one's own.
  package init(_ configuration: Configuration, sources: [any Source]) {
    surfaces = Surfaces(configuration.surfaces)
    self.sources = sources
    engine = configuration.engine
    slate = GreedySlate()
  }

  /// A surface by name.
  package func surface(_ name: String) throws(PageError) -> Surface {
    guard let surface = surfaces[name] else { throw .unknownSurface(name) }
    return surface
  }

  /// The surface of a key.
  func surface(of key: PageKey) -> Surface? { surfaces.surface(of: key) }

  /// Changes the settings of a surface for requests that come from now on; copies of the pipeline
  /// see it too.
  func change(_ surface: String, _ body: (inout SurfaceSettings) -> Void) throws(PageError) {
    guard surfaces.change(surface, body) else { throw .unknownSurface(surface) }
  }

  /// Resolves a request; see `RankingContext`.
  func context(
    _ request: PageRequest, _ world: borrowing World, now: Timestamp, time: any TimeSource,
    _ workspace: Workspace, isKept: Bool = false
  ) throws(PageError) -> RankingContext {
    try RankingContext(
      request, surface(request.surface), world, now: now, time: time, engine: engine,
      marks: workspace.takeMarks(), isKept: isKept)
  }

  /// Ranks the items of the World for a request.
  ///
  /// - Parameters:
  ///   - request: what is asked for.
  ///   - world: the state; nobody writes to it meanwhile.
  ///   - now: the time of the request.
  ///   - time: for deadlines and the durations of stages.
  ///   - number: names the set in cursors, and decides with the seed what is drawn by chance.
  ///   - serving: which model scores, where the surface wants one.
  ///   - online: what corrects the scores, where the surface wants that and they are those of
  ///     `OnlineWeights.scorer`.
  ///   - isLogged: whether the set keeps what the log is told of it.
  ///   - workspace: memory that no other thread uses meanwhile.
  public func rank(
    _ request: PageRequest, _ world: borrowing World, now: Timestamp, time: any TimeSource,
    number: UInt64, serving: Serving = .linear, online: OnlineWeights? = nil,
    isLogged: Bool = false, _ workspace: Workspace
  ) throws(PageError) -> RankedSet {
    let context = try context(request, world, now: now, time: time, workspace)
    var run = Run(log: StageLog(time))
    let serving = context.surface.serving(serving)
    run.model = serving.model
    run.scoring.arm = serving.arm
    run.scoring.model = serving.model?.id ?? ""
    run.scoring.digest = context.surface.digest
    gather(world, context, &run, &workspace.candidates)
    Self.filter(world, context, &run.log, workspace)
    if workspace.candidates.count == 0 { fallBack(world, context, &run, workspace) }
    score(world, context, &run, workspace)
    if let online { correct(online, world, context, &run, workspace) }
    var draw = Draw(seed: engine.seed, number: number)
    let places = arrange(world, context, &run, &draw, workspace)
    run.scoring.scoredBy = run.model?.id ?? ""
    let evidence =
      isLogged
      ? Evidence(world, context, engine, arranged: places.count, &draw, workspace) : nil
    if isLogged { run.log.end("evidence", entered: places.count, left: workspace.logged.count) }
    let set = RankedSet(
      number: number, request: request, context, world, places: places, scoring: run.scoring,
      evidence: evidence, servedBy: run.rung, degraded: run.degraded, stages: run.log.stages,
      online: online.flatMap { workspace.online.record($0, workspace.order.prefix(places.count)) })
    workspace.give(context.marks)
    return set
  }

  /// What one request leaves behind beside its candidates.
  private struct Run {
    var log: StageLog
    var rung = Rung.full
    var degraded: [String] = []
    /// What scores; nil = the weights, or the sources.
    var model: ServedModel?
    var scoring = RankedSet.Scoring()
  }

  private func gather(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ candidates: inout CandidateSet
  ) {
    candidates.begin(capacity: context.surface.capacity)
    for source in sources where context.surface.quota(source.name) > 0 {
      let before = candidates.count
      do throws(SourceError) {
        if context.isSourceTimeOver { throw .deadline }
        try source.gather(
          world, context, quota: context.surface.quota(source.name), into: &candidates)
      } catch {
        run.rung = .fewerSources
        run.degraded.append("\(source.name.name):\(error.code)")
      }
      run.log.end(source.name.name, entered: before, left: candidates.count)
    }
  }

  /// Applies every filter, then drops what they removed.
  static func filter(
    _ world: borrowing World, _ context: RankingContext, _ log: inout StageLog,
    _ workspace: Workspace
  ) {
    let before = workspace.candidates.count
    review(world, context, &workspace.candidates, &workspace.verdicts)
    workspace.candidates.keep(workspace.verdicts)
    log.end("filters", entered: before, left: workspace.candidates.count)
  }

  /// Asks every filter for its verdicts.
  static func review(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: inout CandidateSet, _ verdicts: inout Verdicts
  ) {
    candidates.describe(world.items)
    verdicts.begin(count: candidates.count)
    for filter in filters { filter.review(world, context, candidates, &verdicts) }
  }

  /// Nothing came: what is popular, and what is new.
  private func fallBack(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ workspace: Workspace
  ) {
    let quota = max(context.surface.settings.depth, context.limit)
    workspace.candidates.begin(capacity: quota * 2)
    for source in [PopularSource(), FreshSource()] as [any Source] {
      do throws(SourceError) {
        try source.gather(world, context, quota: quota, into: &workspace.candidates)
      } catch {
        run.degraded.append("\(source.name.name):\(error.code)")
      }
    }
    run.log.end("popular", entered: 0, left: workspace.candidates.count)
    Self.filter(world, context, &run.log, workspace)
    if workspace.candidates.count > 0 { run.rung = .popular }
  }

  private func score(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ workspace: Workspace
  ) {
    let count = workspace.candidates.count
    workspace.online.removeAll()
    let isLate = context.isTimeOver
    if isLate || run.rung == .popular {
      run.model = nil
      Self.scoreBySources(&workspace.candidates)
      workspace.heads.begin([])
      workspace.matrix.begin(count: 0)
      if isLate {
        run.degraded.append("score:deadline")
        if run.rung != .popular { run.rung = .candidateScores }
      }
    } else {
      workspace.matrix.begin(count: count)
      if let model = run.model {
        score(by: ModelScorer(model, context.surface.utility), world, context, &run, workspace)
        if !ModelScorer.areFinite(workspace.candidates.scores) {
          run.model = nil
          run.degraded.append("model:not_finite")
        }
      }
      if run.model == nil { score(by: context.surface.scorer, world, context, &run, workspace) }
    }
    let surface = context.surface
    let boost = run.model == nil ? Float(surface.settings.freshBoost) : surface.utility.fresh
    Self.boostFresh(boost, context, &workspace.candidates)
    run.log.end("score", entered: count, left: count)
  }

  /// Lets the online part correct the scores, where the surface wants that and scores were made.
  private func correct(
    _ online: OnlineWeights, _ world: borrowing World, _ context: RankingContext,
    _ run: inout Run, _ workspace: Workspace
  ) {
    // Where a model failed, the scores are others' than the weights are about.
    guard let wanted = context.surface.online, workspace.matrix.count > 0,
      online.scorer == PageServed.digits(run.model?.id ?? "")
    else { return }
    let count = workspace.candidates.count
    workspace.extractor.extract(
      wanted.featureSet.subtracting(workspace.matrix.filled), world, context,
      workspace.candidates, total: count, into: &workspace.matrix)
    workspace.online.fill(world, context, workspace.candidates, workspace.matrix)
    online.correct(&workspace.online, &workspace.candidates.scores)
    run.log.end("online", entered: count, left: count)
  }

  /// Scores by what the scorer reads; what is filled already is not computed again.
  private func score(
    by scorer: some Scorer, _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ workspace: Workspace
  ) {
    let count = workspace.candidates.count
    workspace.extractor.extract(
      scorer.features.subtracting(workspace.matrix.filled), world, context, workspace.candidates,
      total: count, into: &workspace.matrix)
    run.log.end("features", entered: count, left: count)
    scorer.score(workspace.matrix, &workspace.heads, into: &workspace.candidates.scores)
  }

  /// The sum of what the sources said.
  private static func scoreBySources(_ candidates: inout CandidateSet) {
    candidates.scores.removeAll(keepingCapacity: true)
    for index in candidates.rows.indices {
      var sum: Float = 0
      for column in CandidateSet.Column.allCases { sum += candidates.value(column, at: index) }
      candidates.scores.append(sum)
    }
  }

  private static func boostFresh(
    _ boost: Float, _ context: RankingContext, _ candidates: inout CandidateSet
  ) {
    let settings = context.surface.settings
    guard boost != 0, settings.freshBoostMs > 0 else { return }
    let scale = 1000 / Float(settings.freshBoostMs)
    for index in candidates.facts.indices {
      let created = candidates.facts[index].created
      let age = context.second > created ? Float(context.second &- created) * scale : 0
      if age < 1 { candidates.scores[index] += boost * (1 - age) }
    }
  }

  private func arrange(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run, _ draw: inout Draw,
    _ workspace: Workspace
  ) -> [RankedSet.Place] {
    let count = workspace.candidates.count
    let arranged = slate.arrange(
      world, context, workspace.candidates, &workspace.slate, into: &workspace.order)
    let settings = context.surface.settings
    let top = settings.exploreShare > 0 ? min(settings.exploreTop, arranged, 100) : 0
    var origins: [UInt8] = []
    if top > 1 {
      run.scoring.exploreShare = Float(settings.exploreShare)
      run.scoring.shuffled = top
      origins = draw.shuffle(&workspace.order, top: top, share: settings.exploreShare)
    }
    let places = Self.places(context, workspace, arranged: arranged, origins)
    run.log.end("slate", entered: count, left: arranged)
    return places
  }
  /// What is kept of each place: its row, its score, and why it is there.
  private static func places(
    _ context: RankingContext, _ workspace: Workspace, arranged: Int, _ origins: [UInt8]
  ) -> [RankedSet.Place] {
    let finder = ReasonFinder(context, workspace.matrix)
    let candidates = workspace.candidates
    let matrix = workspace.matrix
    let reasons = Reason.allCases
    var places: [RankedSet.Place] = []
    places.reserveCapacity(arranged)
    for (place, index) in workspace.order.prefix(arranged).enumerated() {
      let found = finder.find(candidates, matrix, at: index)
      let score = candidates.scores[index]
      places.append(
        RankedSet.Place(
          row: candidates.rows[index], because: found.item ?? .max,
          score: score.isFinite ? score : -.greatestFiniteMagnitude,
          sources: candidates.sources[index],
          reason: UInt8(reasons.firstIndex(of: found.reason) ?? 0),
          origin: place < origins.count ? origins[place] : .max))
    }
    return places
  }
}
