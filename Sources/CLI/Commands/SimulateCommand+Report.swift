internal import Feed
internal import JSON
internal import Lab

extension SimulateCommand {
  /// Tells what came of it.
  ///
  /// - Parameter model: what was trained on the way.
  static func tell(
    _ simulation: Simulation, _ model: ModelArtifact?, _ options: Simulation.Options,
    _ console: Console
  ) {
    let report = simulation.report
    let digest = Figures.digest(simulation.engine.digest)
    guard !console.isJSON else {
      return console.json { json in
        json.member("seed", options.seed)
        json.member("days", options.days)
        json.member("users", options.size.users)
        json.member("pages", report.pages)
        json.member("events", report.deeds)
        json.member("digest", digest)
        if let model { write(model, to: &json) }
        write(report, to: &json)
      }
    }
    if let model {
      let data = model.manifest.data
      console.line(
        "\(LearningTrial.learned): \(model.manifest.heads.map(\.name).joined(separator: ", ")), "
          + "trained on \(Figures.grouped(data.examples)) impressions of "
          + "\(Figures.count(data.requests, "page"))")
      console.line("")
    }
    var table = TextTable(
      ["arm", "users", "pages", "clicks/page", "long dwells/page", "hides/page"],
      right: [1, 2, 3, 4, 5])
    for arm in report.arms {
      table.add([
        arm.name, Figures.grouped(arm.users), Figures.grouped(arm.counts.pages),
        Figures.decimal(arm.counts.clicksPerPage, 3),
        Figures.decimal(arm.counts.longDwellsPerPage, 3),
        Figures.decimal(arm.counts.hidesPerPage, 4),
      ])
    }
    console.line(table.text)
    for comparison in report.comparisons {
      console.line("")
      console.line("\(comparison.arm) beside \(comparison.against), a page:")
      for (name, interval) in [
        ("clicks", comparison.clicks), ("long dwells", comparison.longDwells),
        ("hides", comparison.hides),
      ] {
        let sign = interval.difference < 0 ? "" : "+"
        console.line(
          "  \(name)  \(sign)\(Figures.decimal(interval.difference, 3)) "
            + "(\(sign)\(Figures.decimal(interval.relative * 100, 1)) %), 95 % interval "
            + "\(Figures.decimal(interval.low, 3)) to \(Figures.decimal(interval.high, 3))"
            + (interval.excludesZero ? "" : ": may be chance"))
      }
    }
  }

  private static func write(_ model: ModelArtifact, to json: inout JSONWriter) {
    let manifest = model.manifest
    json.object("model") { json in
      json.member("trainer", manifest.trainer)
      json.member("heads", manifest.heads.map(\.name))
      json.member("requests", manifest.data.requests)
      json.member("examples", manifest.data.examples)
      json.object("metrics") { json in
        for (name, value) in manifest.metrics.sorted(by: { $0.key < $1.key }) {
          json.member(name, value)
        }
      }
    }
  }

  private static func write(_ report: SimulationReport, to json: inout JSONWriter) {
    json.array("arms") { json in
      for arm in report.arms {
        json.object { json in
          json.member("arm", arm.name)
          json.member("users", arm.users)
          write(arm.counts, to: &json)
        }
      }
    }
    json.array("comparisons") { json in
      for comparison in report.comparisons {
        json.object { json in
          json.member("arm", comparison.arm)
          json.member("against", comparison.against)
          for (name, interval) in [
            ("clicks_per_page", comparison.clicks),
            ("long_dwells_per_page", comparison.longDwells),
            ("hides_per_page", comparison.hides),
          ] {
            json.object(name) { json in
              json.member("difference", interval.difference)
              json.member("relative", interval.relative)
              json.member("low", interval.low)
              json.member("high", interval.high)
              json.member("excludes_zero", interval.excludesZero)
            }
          }
        }
      }
    }
    json.array("by_day") { json in
      for day in report.days {
        json.object { json in
          json.member("day", day.day)
          json.member("arm", day.arm)
          write(day.counts, to: &json)
        }
      }
    }
  }

  private static func write(_ counts: SimulationReport.Counts, to json: inout JSONWriter) {
    json.member("pages", counts.pages)
    json.member("shown", counts.shown)
    json.member("seen", counts.seen)
    json.member("clicks", counts.clicks)
    json.member("long_dwells", counts.longDwells)
    json.member("likes", counts.likes)
    json.member("hides", counts.hides)
    json.member("clicks_per_page", counts.clicksPerPage)
    json.member("long_dwells_per_page", counts.longDwellsPerPage)
    json.member("hides_per_page", counts.hidesPerPage)
  }
}
