/// The memory that ranking works in, kept from request to request: one a ranking thread.
public final class Workspace {
  var candidates = CandidateSet()
  var verdicts = Verdicts()
  var matrix = FeatureMatrix()
  var extractor = FeatureExtractor()
  var heads = HeadColumns()
  /// The candidates that go to the log, and their features.
  var logged = CandidateSet()
  var loggedMatrix = FeatureMatrix()
  var slate = SlateScratch()
  var order: [Int] = []
  private var marks = Marks()

  /// An empty workspace; it grows to what requests need.
  public init() {}

  /// Takes the tables out; `give` them back when the request is done.
  func takeMarks() -> Marks {
    var taken = Marks()
    swap(&taken, &marks)
    return taken
  }

  /// See `takeMarks`.
  func give(_ marks: consuming Marks) { self.marks = marks }
}
