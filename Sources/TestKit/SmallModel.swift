public import Feed
internal import Glibc

/// A model of two features and one head, small enough to damage everywhere: clicks follow from how
/// recent an item is, by one stump as XGBoost writes it.
public enum SmallModel {
  /// The model file.
  ///
  /// - Parameter leaf: the log-odds of an item with a recency of 0.5 and more; below it, their
  ///   negative.
  public static func stump(leaf: Float = 0.5) -> String {
    """
    {"learner":{"attributes":{},"feature_names":["recency","popularity"],\
    "feature_types":["float","float"],\
    "gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},\
    "tree_info":[0],"trees":[{"base_weights":[0,\(-leaf),\(leaf)],"categories":[],\
    "categories_nodes":[],"categories_segments":[],"categories_sizes":[],"default_left":[1,0,0],\
    "id":0,"left_children":[1,-1,-1],"loss_changes":[1,0,0],"parents":[2147483647,0,0],\
    "right_children":[2,-1,-1],"split_conditions":[0.5,\(-leaf),\(leaf)],\
    "split_indices":[0,0,0],"split_type":[0,0,0],"sum_hessian":[2,1,1],\
    "tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"3",\
    "size_leaf_vector":"1"}}]},"name":"gbtree"},\
    "learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0",\
    "num_feature":"2","num_target":"1"},"objective":{"name":"binary:logistic",\
    "reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}
    """
  }

  /// The model, with a profile, a calibration and a smoke test, good enough for the gate.
  public static func artifact(leaf: Float = 0.5) -> ModelArtifact {
    var manifest = ModelManifest(
      features: ["recency", "popularity"],
      heads: [
        .init(
          name: "click", file: "click.json",
          calibration: Calibration(raw: [0.25, 0.75], calibrated: [0.125, 0.5]))
      ])
    manifest.created = Timestamp(milliseconds: 1_700_000_000_000)
    manifest.code = "1.0"
    manifest.trainer = "xgboost 1.7.4"
    manifest.parameters = ["eta": "0.1", "max_depth": "1"]
    manifest.data.from = Timestamp(milliseconds: 1_690_000_000_000)
    manifest.data.to = Timestamp(milliseconds: 1_699_000_000_000)
    manifest.data.offset = 12_345
    manifest.data.requests = 100
    manifest.data.examples = 5_000
    manifest.metrics = ["ndcg@10": 0.5, "auc.click": 0.75, "ece.click": 0.01]
    manifest.popularity = ["ndcg@10": 0.4, "auc.click": 0.6]
    manifest.profiles = [
      .init(
        feature: "recency", mean: 0.5, deviation: 0.25, missing: 0, edges: [0.25, 0.75],
        shares: [0.25, 0.5, 0.25])
    ]
    manifest.smokeRows = [[0.25, 1], [0.75, 0.1]]
    manifest.smokeOutputs = [[-leaf, leaf].map { 1 / (1 + expf(-$0)) }]
    return ModelArtifact(manifest: manifest, files: ["click.json": Array(stump(leaf: leaf).utf8)])
  }
}
