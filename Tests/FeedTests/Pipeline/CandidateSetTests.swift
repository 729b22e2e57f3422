import Feed
import TestKit
import Testing

@Suite("The candidates of a request")
struct CandidateSetTests {
  @Test("what a source hands over at once is what it says one by one")
  func bulk() {
    var chance = SeededGenerator.announced("candidates")
    for _ in 0..<200 {
      let capacity = 1 + chance.below(60)
      var (together, oneByOne) = (CandidateSet(), CandidateSet())
      together.begin(capacity: capacity)
      oneByOne.begin(capacity: capacity)
      for source in [SourceName.followed, .nearest, .coEngaged, .trending, .nearest, .fresh] {
        // Rows that come twice, and more of them than there is room for.
        let rows = (0..<chance.below(40)).map { _ in UInt32(chance.below(70)) }
        let values = rows.map { _ in Float(chance.below(1_000)) }
        together.add(rows, source, values: values, pulledBy: 7)
        for (row, value) in zip(rows, values) {
          oneByOne.add(row, source, value: value, pulledBy: 7)
        }
      }
      #expect(together.rows == oneByOne.rows)
      #expect(together.sources == oneByOne.sources)
      #expect(together.count <= capacity)
      for index in together.rows.indices {
        #expect(together.index(of: together.rows[index]) == index)
        for column in CandidateSet.Column.allCases {
          #expect(together.value(column, at: index) == oneByOne.value(column, at: index))
        }
      }
    }
  }
}
