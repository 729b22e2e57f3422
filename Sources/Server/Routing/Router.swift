internal import HTTP

/// Finds the route of a method and a path.
struct Router: Sendable {
  /// What was found.
  enum Match: Sendable {
    /// A route, by its place in the table, and the segments that stand for names in its path.
    case route(Int, captures: [String])
    /// The path is known, the method is not.
    case wrongMethod(allow: [String])
    /// Nothing.
    case none
  }

  private struct Pattern: Sendable {
    let segments: [Substring]
    let route: Int
  }

  let routes: [Route]
  /// Routes without names in their path, by path.
  private let fixed: [String: [Int]]
  /// The others, by how many segments they have.
  private let patterns: [Int: [Pattern]]

  init(_ routes: [Route]) {
    self.routes = routes
    var fixed: [String: [Int]] = [:]
    var patterns: [Int: [Pattern]] = [:]
    for (index, route) in routes.enumerated() {
      let segments = route.segments
      if route.captureNames.isEmpty {
        fixed[route.path, default: []].append(index)
      } else {
        patterns[segments.count, default: []].append(Pattern(segments: segments, route: index))
      }
    }
    self.fixed = fixed
    self.patterns = patterns
  }

  /// The route of a request. HEAD is answered as GET.
  func match(_ method: Method, _ path: String) -> Match {
    let asked = method == .head ? .get : method
    if let candidates = fixed[path] {
      for index in candidates where routes[index].method == asked {
        return .route(index, captures: [])
      }
      return .wrongMethod(allow: allowed(candidates))
    }
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    var found: [Int] = []
    for pattern in patterns[segments.count] ?? [] {
      guard let captures = Self.captures(pattern.segments, segments) else { continue }
      if routes[pattern.route].method == asked { return .route(pattern.route, captures: captures) }
      found.append(pattern.route)
    }
    return found.isEmpty ? .none : .wrongMethod(allow: allowed(found))
  }

  private static func captures(_ pattern: [Substring], _ path: [Substring]) -> [String]? {
    var captures: [String] = []
    for (expected, segment) in zip(pattern, path) {
      if expected.first == "{" {
        guard !segment.isEmpty else { return nil }
        captures.append(String(segment))
      } else if expected != segment {
        return nil
      }
    }
    return captures
  }

  private func allowed(_ indices: [Int]) -> [String] {
    var names: [String] = []
    for index in indices {
      names.append(routes[index].method.description)
      if routes[index].method == .get { names.append("HEAD") }
    }
    return names
  }
}
