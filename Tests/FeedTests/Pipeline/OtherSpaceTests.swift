import Feed
import Testing

/// Nearest items of a space that was learned from behaviour.
@Suite struct OtherSpaceTests {
  /// Items of two tastes that their texts do not tell apart: half of each theme.
  private func scene() -> Scene {
    let scene = Scene { configuration in
      var space = SpaceSettings()
      space.dimension = 2
      configuration.world.spaces = ["cf": space]
    }
    for number in 0..<12 {
      scene.post("i\(number)")
      let angle = Float(number / 2) * 0.02
      let vector: [Float] = number.isMultiple(of: 2) ? [1, angle] : [angle, 1]
      scene.apply(
        .itemVector(
          ItemVector(item: "i\(number)", space: "cf", vector: vector, time: scene.clock.now)))
    }
    return scene
  }

  private func pipeline(_ scene: Scene, _ quota: Int) -> Pipeline {
    // One candidate by text; the rest comes from the space.
    var configuration = scene.only(.nearest, quota: 1)
    configuration.surfaces["only"]?.nearestSpaces = ["cf": quota]
    return Pipeline(configuration)
  }

  @Test func aNewUserIsFoldedInByTheLastDeed() throws {
    let scene = scene()
    let pipeline = pipeline(scene, 5)
    scene.act("ada", .like, "i0")
    let first = Set(try scene.items(scene.rank(scene.request("ada"), pipeline)))
    #expect(first.isSuperset(of: ["i2", "i4", "i6"]), "\(first)")
    // What was learned does not change; who ada is does, with the next deed.
    scene.act("ada", .hide, "i0")
    scene.act("ada", .share, "i1")
    let second = Set(try scene.items(scene.rank(scene.request("ada"), pipeline)))
    #expect(second.isSuperset(of: ["i3", "i5", "i7"]), "\(second)")
  }

  @Test func aPageAboutAnItemHasItsNeighboursThere() throws {
    let scene = scene()
    let set = try scene.rank(scene.request("") { $0.item = "i1" }, pipeline(scene, 3))
    let items = scene.items(set)
    #expect(Set(items).isSuperset(of: ["i3", "i5", "i7"]) && !items.contains("i1"), "\(items)")
  }

  @Test func nobodyAndUnknownSpacesBringNothing() throws {
    let scene = scene()
    var configuration = scene.only(.nearest, quota: 1)
    configuration.surfaces["only"]?.nearestSpaces = ["none": 5, "cf": 0]
    scene.act("ada", .like, "i0")
    let set = try scene.rank(scene.request("ada"), Pipeline(configuration))
    #expect(set.count <= 1)
  }
}
