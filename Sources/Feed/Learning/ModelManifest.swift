/// What a model's folder says of it, beside its forests: everything that gates, drift checks and
/// people read. Forests stand in files of their own, in the trainer's format.
public struct ModelManifest: Equatable, Sendable {
  /// One forest.
  public struct Head: Equatable, Sendable {
    /// The name of an `Objective`, or "order".
    public var name: String
    /// The file in the folder.
    public var file: String
    /// From what the forest says to a probability; the identity for "order".
    public var calibration: Calibration

    /// A head.
    public init(name: String, file: String, calibration: Calibration = Calibration()) {
      self.name = name
      self.file = file
      self.calibration = calibration
    }
  }

  /// What it was trained on.
  public struct DataRange: Equatable, Sendable {
    /// The first impression.
    public var from = Timestamp.zero
    /// The last one.
    public var to = Timestamp.zero
    /// The last event of the log that labels were read from; 0 = not from a log.
    public var offset: UInt64 = 0
    /// Query groups: requests.
    public var requests = 0
    /// Rows: impressions.
    public var examples = 0

    /// Nothing.
    public init() {}
  }

  /// How a feature was distributed on the newest rows of training, `profiled`, for drift: shares of
  /// up to ten bins. A feature of the request counts once a request, not once a row.
  public struct Profile: Equatable, Sendable {
    /// The feature.
    public var feature: String
    /// The mean of what was not missing.
    public var mean: Double
    /// Its standard deviation.
    public var deviation: Double
    /// The share of rows in which it was missing, 0…1.
    public var missing: Double
    /// Rising upper edges of all bins but the last.
    public var edges: [Float]
    /// The share of rows in each bin, `edges.count + 1` of them; a value equal to an edge is below
    /// it.
    public var shares: [Double]
    /// How much the mean rose a day, over all rows of training; 0 = it did not, or is not known.
    public var trend = 0.0
    /// How fast the distribution moved by itself at the end of training: the square root of the
    /// stability index between these rows and those before them, less what chance makes, a day.
    public var speed = 0.0

    /// A profile.
    public init(
      feature: String, mean: Double, deviation: Double, missing: Double, edges: [Float],
      shares: [Double]
    ) {
      self.feature = feature
      self.mean = mean
      self.deviation = deviation
      self.missing = missing
      self.edges = edges
      self.shares = shares
    }
  }

  /// Columns of every forest, by name.
  public var features: [String]
  /// The forests.
  public var heads: [Head]
  /// When it was trained.
  public var created = Timestamp.zero
  /// The version of the program that trained it.
  public var code = ""
  /// Library and version, such as "xgboost 1.7.4"; "import" for a model from elsewhere.
  public var trainer = ""
  /// What the trainer was told, by name.
  public var parameters: [String: String] = [:]
  /// What it was trained on.
  public var data = DataRange()
  /// On rows later than those of training: "ndcg@10", "auc.click", "ece.click", …
  public var metrics: [String: Double] = [:]
  /// The same metrics of recent popularity on the same rows.
  public var popularity: [String: Double] = [:]
  /// How features were distributed on the rows of `profiled`.
  public var profiles: [Profile] = []
  /// The newest rows of training, which profiles are of; `from` and `to` are 0 where times are not
  /// known, `requests` where their number is not.
  public var profiled = DataRange()
  /// Rows for a smoke test, row after row in the order of `features`, and what each head says of
  /// each, head after head.
  public var smokeRows: [[Float]] = []
  /// See `smokeRows`: outputs with their link and before calibration, as
  /// `RankingModel.outputs(_:_:)` gives them; `heads.count` lists of `smokeRows.count` numbers.
  public var smokeOutputs: [[Float]] = []

  /// A manifest.
  public init(features: [String], heads: [Head]) {
    self.features = features
    self.heads = heads
  }
}

/// A model as it is kept: its manifest and the bytes of its forests.
public struct ModelArtifact: Equatable, Sendable {
  /// What is known of it.
  public var manifest: ModelManifest
  /// Forests by file name, in the trainer's format.
  public var files: [String: [UInt8]]

  /// An artifact.
  public init(manifest: ModelManifest, files: [String: [UInt8]]) {
    self.manifest = manifest
    self.files = files
  }
}
