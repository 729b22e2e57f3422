public import JSON

/// What an evaluation of recommenders found: as lines of JSON, and as one page that shows it.
public struct RecommenderReport: Sendable {
  /// One model.
  public struct Row: Sendable {
    /// What was trained.
    public let plan: RecommenderPlan
    /// How good its lists are.
    public let reading: RecommenderReading
    /// Seconds of training and of making every list.
    public let seconds: Double

    /// A row.
    public init(plan: RecommenderPlan, reading: RecommenderReading, seconds: Double) {
      self.plan = plan
      self.reading = reading
      self.seconds = seconds
    }
  }

  /// What it was judged on, in words: files and how they were split.
  public let about: String
  /// Facts by name: users, items, interactions.
  public let facts: [(name: String, value: String)]
  /// The models in the order that they were asked for.
  public private(set) var rows: [Row] = []

  /// A report without models.
  public init(about: String, facts: [(name: String, value: String)]) {
    self.about = about
    self.facts = facts
  }

  /// Adds a model.
  public mutating func add(_ row: Row) { rows.append(row) }

  /// All of it as one object.
  public var json: String {
    var writer = JSONWriter()
    writer.object { json in
      json.member("about", about)
      json.object("data") { json in
        for fact in facts { json.member(fact.name, fact.value) }
      }
      json.array("models") { json in
        for row in rows { json.object { row.write(to: &$0) } }
      }
    }
    return writer.text + "\n"
  }
}

extension RecommenderReport.Row {
  /// The members of an object.
  public func write(to json: inout JSONWriter) {
    json.member("model", plan.kind.rawValue)
    json.member("map", reading.map)
    json.member("ndcg", reading.ndcg)
    json.member("precision", reading.precision)
    json.member("recall", reading.recall)
    json.member("hr", reading.hitRate)
    json.member("mrr", reading.reciprocalRank)
    json.member("auc", reading.auc)
    json.member("coverage", reading.coverage)
    json.member("novelty", reading.novelty)
    json.member("gini", reading.gini)
    json.member("seconds", seconds)
    json.member("k", reading.k)
    json.member("users", reading.users)
    json.object("settings") { json in
      for setting in plan.settings { json.member(setting.name, setting.value) }
    }
    json.array("segments") { json in
      for segment in reading.segments {
        json.object { json in
          json.member("segment", segment.name)
          json.member("users", segment.users)
          for (name, interval) in [
            ("ndcg", segment.ndcg), ("recall", segment.recall), ("hr", segment.hitRate),
          ] {
            json.member(name, interval.mean)
            json.member(name + "_low", interval.low)
            json.member(name + "_high", interval.high)
          }
        }
      }
    }
  }
}
