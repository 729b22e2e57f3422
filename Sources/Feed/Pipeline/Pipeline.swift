/// Makes every page: sources → filters → features → score → slate.
///
/// It degrades before it is late: sources that fail or come too late are left out
/// (`fewer_sources`); without time to score, candidates are ordered by what their sources said
/// (`candidate_scores`); when nothing came at all, by what is popular and new (`popular`). Filters
/// are never left out.
///
/// The same World and request give the same set, as long as no deadline passes.
public struct Pipeline: Sendable {
  private let surfaces: [String: Surface]
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
  package static let shippedSources: [any Source] = [
    FollowedSource(), CoEngagedSource(), TrendingSource(), PopularSource(), FreshSource(),
    NearestSource(),
  ]

  /// A pipeline for the surfaces of a configuration.
  public init(_ configuration: Configuration) {
    self.init(configuration, sources: Self.shippedSources)
  }

  /// A pipeline with sources of one's own.
  package init(_ configuration: Configuration, sources: [any Source]) {
    var surfaces: [String: Surface] = [:]
    for (name, settings) in configuration.surfaces { surfaces[name] = Surface(name, settings) }
    self.surfaces = surfaces
    self.sources = sources
    engine = configuration.engine
    slate = GreedySlate()
  }

  /// A surface by name.
  package func surface(_ name: String) throws(PageError) -> Surface {
    guard let surface = surfaces[name] else { throw .unknownSurface(name) }
    return surface
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
  ///   - number: names the set in cursors.
  ///   - online: what corrects the scores, where the surface wants that.
  ///   - workspace: memory that no other thread uses meanwhile.
  public func rank(
    _ request: PageRequest, _ world: borrowing World, now: Timestamp, time: any TimeSource,
    number: UInt64, online: OnlineWeights? = nil, _ workspace: Workspace
  ) throws(PageError) -> RankedSet {
    let context = try context(request, world, now: now, time: time, workspace)
    var run = Run(log: StageLog(time))
    gather(world, context, &run, &workspace.candidates)
    Self.filter(world, context, &run.log, workspace)
    if workspace.candidates.count == 0 { fallBack(world, context, &run, workspace) }
    score(world, context, &run, online, workspace)
    let places = arrange(world, context, &run, workspace)
    let set = RankedSet(
      number: number, request: request, context, world, places: places, servedBy: run.rung,
      degraded: run.degraded, stages: run.log.stages,
      online: online.flatMap { workspace.online.record($0, workspace.order.prefix(places.count)) })
    workspace.give(context.marks)
    return set
  }

  /// What one request leaves behind beside its candidates.
  private struct Run {
    var log: StageLog
    var rung = Rung.full
    var degraded: [String] = []
  }

  private func gather(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ candidates: inout CandidateSet
  ) {
    var capacity = 0
    for source in sources { capacity += context.surface.quota(source.name) }
    candidates.begin(capacity: capacity)
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
    _ online: OnlineWeights?, _ workspace: Workspace
  ) {
    let count = workspace.candidates.count
    workspace.online.removeAll()
    let isLate = context.isTimeOver
    if isLate || run.rung == .popular {
      Self.scoreBySources(&workspace.candidates)
      Self.boostFresh(context, &workspace.candidates)
      workspace.matrix.begin(count: 0)
      if isLate {
        run.degraded.append("score:deadline")
        if run.rung != .popular { run.rung = .candidateScores }
      }
    } else {
      let scorer = context.surface.scorer
      let online = context.surface.online == nil ? nil : online
      let needed = scorer.features.union(context.surface.online?.featureSet)
      workspace.extractor.extract(
        needed, world, context, workspace.candidates, into: &workspace.matrix)
      run.log.end("features", entered: count, left: count)
      scorer.score(workspace.matrix, into: &workspace.candidates.scores)
      Self.boostFresh(context, &workspace.candidates)
      if let online {
        workspace.online.fill(world, context, workspace.candidates, workspace.matrix)
        online.correct(&workspace.online, &workspace.candidates.scores)
      }
    }
    run.log.end("score", entered: count, left: count)
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
    _ context: RankingContext, _ candidates: inout CandidateSet
  ) {
    let settings = context.surface.settings
    guard settings.freshBoost != 0, settings.freshBoostMs > 0 else { return }
    let boost = Float(settings.freshBoost)
    let scale = 1000 / Float(settings.freshBoostMs)
    for index in candidates.facts.indices {
      let created = candidates.facts[index].created
      let age = context.second > created ? Float(context.second &- created) * scale : 0
      if age < 1 { candidates.scores[index] += boost * (1 - age) }
    }
  }

  private func arrange(
    _ world: borrowing World, _ context: RankingContext, _ run: inout Run,
    _ workspace: Workspace
  ) -> [RankedSet.Place] {
    let count = workspace.candidates.count
    let arranged = slate.arrange(
      world, context, workspace.candidates, &workspace.slate, into: &workspace.order)
    let candidates = workspace.candidates
    let matrix = workspace.matrix
    var places: [RankedSet.Place] = []
    places.reserveCapacity(arranged)
    for index in workspace.order.prefix(arranged) {
      let found = ReasonFinder.find(context, candidates, matrix, at: index)
      let score = candidates.scores[index]
      places.append(
        RankedSet.Place(
          row: candidates.rows[index], because: found.item ?? .max,
          score: score.isFinite ? score : -.greatestFiniteMagnitude,
          sources: candidates.sources[index],
          reason: UInt8(Reason.allCases.firstIndex(of: found.reason) ?? 0)))
    }
    run.log.end("slate", entered: count, left: arranged)
    return places
  }
}
