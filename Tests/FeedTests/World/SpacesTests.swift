import Feed
import TestKit
import Testing

/// Spaces of vectors: what events do to them, searches, versions, snapshots.
@Suite struct SpacesTests {
  private static let now = Timestamp(milliseconds: 1_800_000_000_000)

  private static func settings() -> WorldSettings {
    var settings = smallSettings()
    settings.dimension = 2
    var image = SpaceSettings()
    image.dimension = 3
    image.metric = .squaredEuclidean
    settings.spaces = ["image": image]
    return settings
  }

  private static func apply(_ events: [Event], to world: inout World) -> [Outcome] {
    var batch = EventBatch()
    for event in events { batch.append(event, received: now) }
    var outcomes: [Outcome] = []
    fold(batch, into: &world) { outcomes.append($0) }
    return outcomes
  }

  private static func item(_ id: String, _ embedding: [Float]) -> Event {
    var item = Item(id: id)
    item.title = "Item \(id)"
    item.created = now
    item.embedding = embedding
    return .itemPublished(item)
  }

  private static func vector(
    _ item: String, _ vector: [Float], _ space: String = "image", version: UInt32 = 0
  ) -> Event {
    .itemVector(ItemVector(item: item, space: space, version: version, vector: vector, time: now))
  }

  private static func serve(_ version: UInt32, _ encoder: String = "") -> Event {
    .spaceSwitched(SpaceSwitch(space: "text", version: version, encoder: encoder, time: now))
  }

  private static func found(
    _ world: borrowing World, _ target: VectorQuery.Target, in space: String = "image",
    _ adjust: (inout VectorQuery) -> Void = { _ in }
  ) throws -> [String] {
    var query = VectorQuery(space: space, target: target)
    adjust(&query)
    return try world.answer(query).found.map(\.item)
  }

  @Test func vectorsFromOutsideAreSearchedInTheirSpace() throws {
    var world = World(settings: Self.settings())
    let outcomes = Self.apply(
      [
        Self.item("a", [1, 0]), Self.item("b", [0, 1]), Self.item("c", [1, 1]),
        Self.vector("a", [0, 0, 0]), Self.vector("b", [1, 0, 0]), Self.vector("c", [5, 0, 0]),
        Self.vector("nobody", [1, 0, 0]), Self.vector("a", [1, 0]), Self.vector("a", [.nan, 0, 0]),
        Self.vector("a", [1, 0, 0], "sound"),
      ], to: &world)
    #expect(Array(outcomes[..<6]) == Array(repeating: .applied, count: 6))
    #expect(Array(outcomes[6...]) == [.unknownTarget, .refused, .refused, .unknownTarget])
    #expect(try Self.found(world, .vector([0.4, 0, 0])) == ["a", "b", "c"])
    #expect(try Self.found(world, .vector([0.4, 0, 0])) { $0.isExact = true } == ["a", "b", "c"])
    #expect(try Self.found(world, .item("b")) { $0.k = 1 } == ["a"])
    #expect(try Self.found(world, .vector([0, 1]), in: "text").first == "b")
    _ = Self.apply(
      [Self.vector("a", []), .itemDeleted(ItemDeletion(id: "c", time: Self.now))], to: &world)
    #expect(try Self.found(world, .vector([0, 0, 0])) == ["b"])
  }

  @Test func whatCannotBeAnsweredSaysWhy() throws {
    var world = World(settings: Self.settings())
    _ = Self.apply([Self.item("a", [1, 0])], to: &world)
    #expect(throws: VectorQueryError.dimension(3)) { try Self.found(world, .vector([1])) }
    #expect(throws: VectorQueryError.unknownItem) { try Self.found(world, .item("a")) }
    #expect(throws: VectorQueryError.unknownSpace(known: ["text", "image"])) {
      try Self.found(world, .vector([1]), in: "sound")
    }
    #expect(throws: VectorQueryError.noEncoder) { try Self.found(world, .text("a")) }
    #expect(try Self.found(world, .text("Item a"), in: "text") == ["a"])
  }

  @Test func aNewVersionIsFilledBesideTheOldAndCanBeLeftAgain() throws {
    var world = World(settings: Self.settings())
    _ = Self.apply([Self.item("a", [1, 0]), Self.item("b", [0, 1])], to: &world)
    // In the new version, of another dimension, the two lie the other way round.
    _ = Self.apply(
      [
        Self.vector("a", [0, 0, 1], "text", version: 2),
        Self.vector("b", [1, 0, 0], "text", version: 2),
      ], to: &world)
    let before = try #require(world.spaceViews().first)
    #expect(before.serving.number == 1 && before.next?.items == 2)
    #expect(try Self.found(world, .vector([1, 0]), in: "text").first == "a")
    #expect(Self.apply([Self.serve(2, "other")], to: &world) == [.applied])
    let after = try #require(world.spaceViews().first)
    #expect(after.serving.number == 2 && after.serving.encoder == "other")
    #expect(after.previous?.number == 1 && after.next == nil)
    #expect(try Self.found(world, .vector([1, 0, 0]), in: "text").first == "b")
    #expect(Self.apply([Self.serve(3), Self.serve(1)], to: &world) == [.refused, .applied])
    #expect(try Self.found(world, .vector([1, 0]), in: "text").first == "a")
    #expect(world.spaceViews().first?.serving.encoder == "hashed")
  }

  @Test func tastesAreAddedUpAnewFromTheVectorsThatServe() throws {
    let scene = Scene()
    scene.post("liked") { $0.embedding = SourceTests.ray(0) }
    scene.post("east") { $0.embedding = SourceTests.ray(0.1) }
    scene.post("north") { $0.embedding = SourceTests.ray(1.5) }
    scene.act("reader", .like, "liked")
    #expect(try scene.bring(.nearest, for: "reader", quota: 2) == ["liked", "east"])
    for (item, angle) in [("liked", 1.5), ("east", 0), ("north", 1.4)] as [(String, Float)] {
      _ = scene.apply(
        .itemVector(
          ItemVector(
            item: item, space: "text", version: 2, vector: SourceTests.ray(angle), time: Self.now)))
    }
    #expect(try scene.bring(.nearest, for: "reader", quota: 2) == ["liked", "east"])
    _ = scene.apply(.spaceSwitched(SpaceSwitch(space: "text", version: 2, time: Self.now)))
    #expect(try scene.bring(.nearest, for: "reader", quota: 2) == ["liked", "north"])
  }

  @Test func aSnapshotHoldsEveryVersionOfEverySpace() throws {
    let settings = Self.settings()
    var world = World(settings: settings)
    _ = Self.apply(
      [
        Self.item("a", [1, 0]), Self.item("b", [0, 1]), Self.vector("a", [1, 2, 3]),
        Self.vector("a", [0, 1], "text", version: 2), Self.serve(2, "other"),
        Self.vector("b", [1, 0, 1], "text", version: 3),
      ], to: &world)
    let restored = try restore(try payload(world), settings)
    #expect(restored.digest() == world.digest())
    #expect(restored.spaceViews() == world.spaceViews())
    #expect(try Self.found(restored, .vector([1, 2, 3])) == ["a"])
    var other = settings
    other.spaces = [:]
    #expect(throws: SnapshotError.self) { _ = try restore(try payload(world), other).digest() }
  }

  @Test func vectorEventsComeBackAsTheyWent() throws {
    let events: [Event] = [
      Self.vector("item", [1, -2.5, 0], "image", version: 7), Self.vector("item", []),
      .spaceSwitched(
        SpaceSwitch(space: "text", version: 2, encoder: "m", dimension: 384, time: Self.now)),
    ]
    for event in events {
      var bytes: [UInt8] = []
      event.encode(received: Self.now, into: &bytes)
      let back = try RecordView.over(bytes, 0..<bytes.count) { (view) throws(DecodeError) in
        try Event.decode(view)
      }
      #expect(back == event)
      for length in 0..<bytes.count {
        #expect(throws: DecodeError.truncated) {
          try RecordView.over(bytes, 0..<length) { (view) throws(DecodeError) in
            _ = try Event.decode(view)
          }
        }
      }
    }
  }
}
