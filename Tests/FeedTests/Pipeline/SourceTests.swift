import Feed
import Testing

@Suite("Sources")
struct SourceTests {
  @Test("what is followed comes from the inbox, and no longer after the end of the follow")
  func followed() throws {
    let scene = Scene()
    scene.follow("reader", "ann")
    scene.post("a1", by: "ann")
    scene.post("b1", by: "bob")
    var set = try scene.rank(scene.request("reader"), Pipeline(scene.only(.followed)))
    #expect(scene.items(set) == ["a1"])
    #expect(set.servedBy == .full)
    #expect(set.reason(at: 0) == .followed)
    #expect(set.sources(at: 0) == SourceName.followed.bit)
    scene.unfollow("reader", "ann")
    scene.follow("reader", "carl")
    scene.post("c1", by: "carl")
    set = try scene.rank(scene.request("reader"), Pipeline(scene.only(.followed)))
    #expect(scene.items(set) == ["c1"])
  }
}
