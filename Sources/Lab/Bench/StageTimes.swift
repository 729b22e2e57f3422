internal import Feed

/// The middle duration of each stage over many pages.
struct StageTimes {
  private var durations: [String: [Int]] = [:]
  private var order: [String] = []

  /// Notes the stages of a page.
  mutating func note(_ stages: [Page.Stage]) {
    for stage in stages {
      if durations[stage.name] == nil { order.append(stage.name) }
      durations[stage.name, default: []].append(stage.microseconds)
    }
  }

  /// Microseconds by stage, in the order of the stages.
  var medians: [(name: String, microseconds: Int)] {
    order.map { name in
      let sorted = durations[name, default: [0]].sorted()
      return (name, sorted[sorted.count / 2])
    }
  }
}
