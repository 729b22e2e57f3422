import Feed
import Lab
import Testing

@Suite struct TrainingTableTests {
  private static let small = (features: ["a", "b"], values: [1, 2, 3, 4, 5, .nan] as [Float])

  private func table(
    values: [Float] = small.values, groups: [Int] = [2, 1], grades: [Float] = [0, 1, 2],
    labels: [UInt16] = [0, 1, 0], times: [Timestamp] = [], positions: [UInt16] = [],
    propensities: [Float] = []
  ) throws(LabError) -> TrainingTable {
    try TrainingTable(
      features: Self.small.features, values: values, groups: groups, grades: grades,
      labels: labels, times: times, positions: positions, propensities: propensities)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    _ = try table()
    _ = try table(groups: [0, 2, 0, 1])
    #expect(throws: LabError.self) { try table(values: [1, 2, 3]) }
    #expect(throws: LabError.self) { try table(values: [1, 2, 3, 4, 5, .infinity]) }
    #expect(throws: LabError.self) { try table(groups: [2, 2]) }
    #expect(throws: LabError.self) { try table(groups: [4, -1]) }
    #expect(throws: LabError.self) { try table(groups: [Int.max, 3]) }
    #expect(throws: LabError.self) { try table(groups: []) }
    #expect(throws: LabError.self) { try table(grades: [0, .nan, 1]) }
    #expect(throws: LabError.self) { try table(grades: [0, -1, 1]) }
    #expect(throws: LabError.self) { try table(labels: [0]) }
    #expect(throws: LabError.self) { try table(times: [.zero]) }
    #expect(throws: LabError.self) { try table(positions: [1]) }
    #expect(throws: LabError.self) { try table(propensities: [1, 0, 1]) }
    #expect(throws: LabError.self) { try table(propensities: [1, .nan, 1]) }
    #expect(throws: LabError.self) {
      try TrainingTable(
        features: ["a", "a"], values: [1, 2], groups: [1], grades: [0], labels: [0])
    }
    #expect(throws: LabError.self) {
      try TrainingTable(features: [], values: [], groups: [], grades: [], labels: [])
    }
  }

  @Test func requestsStayWholeAndInTheirOrder() throws {
    let whole = try table(
      times: [Timestamp(milliseconds: 9), Timestamp(milliseconds: 4)], positions: [0, 1, 0],
      propensities: [1, 0.5, 1])
    let turned = whole.picking([1, 0])
    #expect(turned.groups == [1, 2] && turned.starts == [0, 1, 3])
    #expect(turned.grades == [2, 0, 1] && turned.positions == [0, 0, 1])
    #expect(turned.values[0] == 5 && turned.values[1].isNaN && turned.values[2] == 1)
    #expect(turned.propensities == [1, 1, 0.5])
    #expect(whole.groupsInTime == [1, 0])
  }

  @Test func partsFollowEachOtherInTime() throws {
    // Ten requests of one row; times fall, and three are the same.
    let times = [9, 8, 7, 6, 5, 5, 5, 2, 1, 0].map { Timestamp(milliseconds: $0) }
    let all = try TrainingTable(
      features: ["a"], values: (0..<10).map(Float.init), groups: .init(repeating: 1, count: 10),
      grades: .init(repeating: 0, count: 10), labels: .init(repeating: 0, count: 10), times: times)
    let parts = all.parts([0.4, 0.3, 0.3])
    #expect(parts.map(\.count) == [6, 1, 3])
    #expect(parts[0].values == [9, 8, 7, 4, 5, 6])
    for (early, late) in zip(parts, parts.dropFirst()) {
      #expect((early.times.max() ?? .latest) < (late.times.min() ?? .zero))
    }
    // Without times the order of the table is that of time.
    let plain = try TrainingTable(
      features: ["a"], values: all.values, groups: all.groups, grades: all.grades,
      labels: all.labels)
    #expect(plain.parts([0.5, 0.5]).map(\.values) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
  }
}
