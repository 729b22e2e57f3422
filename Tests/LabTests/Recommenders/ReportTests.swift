import Foundation
import JSON
import Lab
import Testing

@Suite struct ReportTests {
  @Test func thePageShowsEveryModelAndEscapesWhatItShows() throws {
    let set = SeededInteractions(users: 60, items: 40, count: 900).made()
    let (train, test) = try InteractionSplit.time(0.8).parts(of: set, seed: 1)
    let trial = try RecommenderTrial(train: train, test: test, k: 5)
    var report = RecommenderReport(
      about: "<script>alert('x')</script> & \"more\"", facts: [("users", "60")])
    for kind in [RecommenderPlan.Kind.popularity, .itemknn] {
      let plan = RecommenderPlan(kind)
      let reading = trial.reading(of: try plan.trained(on: train))
      report.add(.init(plan: plan, reading: reading, seconds: 0.5))
    }
    let page = report.page
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
    #expect(!page.contains("http"), "nothing comes from elsewhere")
    #expect(page.contains("<svg") && page.contains("itemknn") && page.contains("tail items"))
    #expect(
      page.components(separatedBy: "<svg").count == page.components(separatedBy: "</svg>").count)
    let models = try JSONParser().parse(report.json).require("models").elements().map { $0 }
    #expect(models.count == 2)
    for name in ["map", "ndcg", "precision", "recall", "hr", "coverage", "seconds", "gini"] {
      #expect(try models[1].require(name).double() >= 0)
    }
    let segments = try models[0].require("segments").elements().map { $0 }
    #expect(segments.count >= 4)
  }
}
