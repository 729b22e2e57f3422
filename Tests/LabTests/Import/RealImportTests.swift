import Feed
import Foundation
import Lab
import TestKit
import Testing

/// The ready maps over the data sets that they are for.
@Suite struct RealImportTests {
  @Test(.enabled(if: realData("ml-100k/u.item") != nil, "no MovieLens at UPDRAFT_DATA"))
  func moviesAndTheirRatingsComeIn() throws {
    let target = try Target()
    var options = ImportOptions(path: try #require(realData("ml-100k/u.item")))
    options.preset = .movielens
    let films = try Importer(options, time: RealTime()).run(submit: target.submit)
    #expect(films.read == 1_682 && films.rejected == 0 && target.items == 1_682)
    options.path = try #require(realData("ml-100k/u.data.gz"))
    options.dryRun = !isOptimised
    let events = try Importer(options, time: RealTime()).run(submit: target.submit)
    #expect(events.rejected == 0 && events.accepted == events.read && events.read == 100_000)
  }

  @Test(.enabled(if: realData("graphs") != nil, "no graphs at UPDRAFT_DATA"))
  func anEdgeListBecomesFollowsInBothDirections() throws {
    var options = ImportOptions(path: try #require(realData("graphs/twitch_en_edges.csv.gz")))
    options.preset = .edges
    let target = try Target()
    let result = try Importer(options, time: RealTime()).run(submit: target.submit)
    #expect(result.read == 35_324 && result.rejected == 0 && result.accepted == 70_648)
    #expect(target.follows == 70_648 && target.users == 7_126)
  }
}
