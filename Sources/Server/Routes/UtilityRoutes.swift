internal import Feed
internal import HTTP
internal import JSON

/// What a model's predictions weigh on a surface, while the program runs.
enum UtilityRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/admin/surfaces/{surface}/utility", operation: "adminUtility",
      summary: "What a model's predictions weigh on a surface.", callers: .admin,
      success: .init("Utility"), handle: show),
    Route(
      method: .put, path: "/admin/surfaces/{surface}/utility", operation: "adminSetUtility",
      summary: "Sets what they weigh, from the next page on and until the program ends.",
      callers: .admin, body: .init("UtilityInput"), success: .init("Utility"), handle: set),
  ]

  /// Weights are this far from 0 at most, as in the configuration.
  static let weightMax = 1e6

  private static let keys = JSONKeys(SurfaceSettings.utilityNames)

  @Sendable private static func show(_ call: Call) throws(Problem) {
    answer(call, try utility(call, try call.capture()))
  }

  @Sendable private static func set(_ call: Call) throws(Problem) {
    let surface = try call.capture()
    _ = try utility(call, surface)
    let weights = try SingleWrite.object(call) { (row) throws(Problem) in
      var weights: [String: Double] = [:]
      do throws(JSONError) {
        try row.forEachMember(of: keys) { (key, member) throws(JSONError) in
          weights[SurfaceSettings.utilityNames[key]] = try member.double(
            in: -weightMax...weightMax)
        }
      } catch {
        throw Problem(error)
      }
      return weights
    }
    do throws(PageError) {
      try call.engine.setUtility(weights, surface: surface)
    } catch {
      throw Problem(.starting, "The World is not complete yet.", retryAfterMs: 1_000)
    }
    answer(call, try utility(call, surface))
  }

  private static func utility(_ call: Call, _ surface: String) throws(Problem) -> [String: Double] {
    do throws(PageError) {
      return try call.engine.settings(surface: surface).utility
    } catch {
      let known = call.engine.configuration.surfaces.keys.sorted().joined(separator: ", ")
      throw Problem(.notFound, "There is no surface \(surface); there are: \(known).")
    }
  }

  private static func answer(_ call: Call, _ utility: [String: Double]) {
    var json = JSONWriter()
    json.object { json in
      for (name, weight) in utility.sorted(by: { $0.key < $1.key }) { json.member(name, weight) }
    }
    call.finish(json: json.bytes)
  }
}
