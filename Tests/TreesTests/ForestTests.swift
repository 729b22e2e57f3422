import Testing
import Trees

@Suite struct ForestTests {
  @Test func aNodeWithoutAFeatureIsALeaf() {
    #expect(Forest.Node(leaf: 0.5).isLeaf)
    let split = Forest.Node(feature: 0, below: 1, left: 1, right: 2, goesLeftIfMissing: true)
    #expect(!split.isLeaf)
  }
}
