internal import Glibc

/// Computes what is the same for every candidate: once a request.
enum RequestFeatures {
  private static let daySeconds = 86_400
  /// 1970 began on a Thursday.
  private static let firstWeekday = 3

  /// Sets every feature of the request.
  static func fill(
    _ world: borrowing World, _ context: RankingContext, candidates: Int,
    _ matrix: inout FeatureMatrix
  ) {
    let second = Int(context.second)
    let hour = Float(second % daySeconds) / Float(daySeconds)
    let days = second / daySeconds + firstWeekday
    let weekday = (Float(days % 7) + hour) / 7
    matrix.set(.hourSine, sinf(2 * .pi * hour))
    matrix.set(.hourCosine, cosf(2 * .pi * hour))
    matrix.set(.weekdaySine, sinf(2 * .pi * weekday))
    matrix.set(.weekdayCosine, cosf(2 * .pi * weekday))
    user(world, context, &matrix)
    matrix.set(.hasRegion, context.region == 0 ? 0 : 1)
    matrix.set(.aboutItem, context.item == nil ? 0 : 1)
    matrix.set(.aboutCategory, context.category == 0 ? 0 : 1)
    matrix.set(.surfaceCode, Float(context.surface.digit))
    matrix.set(.candidates, FeatureExtractor.grown(Float(candidates)))
  }

  private static func user(
    _ world: borrowing World, _ context: RankingContext, _ matrix: inout FeatureMatrix
  ) {
    let (state, traces) = (context.state, context.traces)
    let deeds = state.deeds.count
    matrix.set(.userDeeds, FeatureExtractor.grown(Float(deeds)))
    matrix.set(.userSeen, FeatureExtractor.grown(Float(traces.seen.count)))
    let oldest = deeds > 0 ? state.deeds[newest: deeds - 1].second : context.second
    matrix.set(.userDays, grown(context.second, since: oldest, unit: Float(daySeconds)))
    let latest = deeds > 0 ? state.latest : context.second
    matrix.set(.userIdle, grown(context.second, since: latest, unit: 60))
    let follows = context.user.map { world.graph.followees(of: $0.index).count } ?? 0
    matrix.set(.userFollows, FeatureExtractor.grown(Float(follows)))
    var session = 0
    if context.isVisitOpen(world.settings) {
      while session < deeds, state.deeds[newest: session].session == state.session { session += 1 }
    }
    matrix.set(.sessionDeeds, FeatureExtractor.grown(Float(session)))
    matrix.set(.userTastes, Float(state.taste.interests.count))
    var strength: Float = 0
    for index in state.taste.interests.indices {
      strength += max(0, state.taste.value(index, context.second, world.settings.tasteHalfLifeMs))
    }
    matrix.set(.tasteStrength, FeatureExtractor.grown(strength))
    let isAnonymous = context.user.map { world.users.isAnonymous($0.index) } ?? true
    matrix.set(.isAnonymous, isAnonymous ? 1 : 0)
  }

  private static func grown(_ now: UInt32, since second: UInt32, unit: Float) -> Float {
    now > second ? FeatureExtractor.grown(Float(now &- second) / unit) : 0
  }
}
