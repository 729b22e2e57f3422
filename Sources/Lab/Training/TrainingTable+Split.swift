internal import Feed

extension TrainingTable {
  /// Groups from the earliest to the latest; those of the same time, and all where times are not
  /// known, in their order.
  package var groupsInTime: [Int] {
    let numbers = Array(groups.indices)
    guard !times.isEmpty else { return numbers }
    return numbers.sorted { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
  }

  /// Parts that follow one another in time: whole requests, so that no page is learned from and
  /// judged by. Requests of the same instant go to the same part.
  ///
  /// - Parameter shares: of the requests, above 0; the last part gets what is left.
  package func parts(_ shares: [Double]) -> [TrainingTable] {
    let order = groupsInTime
    var parts: [TrainingTable] = []
    var first = 0
    var sum = 0.0
    for share in shares {
      sum += share
      let wanted = Int((min(1, max(0, sum)) * Double(order.count)).rounded())
      var end = parts.count == shares.count - 1 ? order.count : max(first, wanted)
      while !times.isEmpty, end > first, end < order.count,
        times[order[end]] == times[order[end - 1]]
      {
        end += 1
      }
      parts.append(picking(order[first..<end]))
      first = end
    }
    return parts
  }
}
