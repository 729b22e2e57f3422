internal import Glibc

/// How good rankings and probabilities are: pure functions over arrays.
///
/// ```swift
/// // Two queries of 3 and 2 rows, grades and scores row by row.
/// RankingMetrics.ndcg(grades: [2, 0, 1, 0, 1], scores: [0.9, 0.8, 0.1, 0.2, 0.3],
///   groups: [3, 2], k: 10)
/// RankingMetrics.auc(labels: [true, false, true], scores: [0.8, 0.3, 0.2])  // 0.5
/// ```
///
/// Here stand the measures of scored rows, which a trained ranker is judged by; those of lists of
/// recommendations stand in `RankingMetrics+Lists.swift`, those of what all lists show together in
/// `RankingMetrics+Exposure.swift`. Scores that are not finite sink below all others, and equal
/// scores keep the order of their rows. A measure that has no value for its input, such as an AUC
/// of one class, is nil rather than a number that looks like one.
public enum RankingMetrics {
  /// What a grade is worth.
  public enum Gain: Sendable {
    /// 2^grade − 1 (Burges et al., 2005), as LightGBM's and XGBoost's ndcg.
    case exponential
    /// The grade itself (Järvelin and Kekäläinen, 2002, doi:10.1145/582415.582418), as
    /// scikit-learn.
    case linear

    fileprivate func of(_ grade: Float) -> Double {
      let grade = Double(max(0, grade))
      return self == .exponential ? exp2(grade) - 1 : grade
    }
  }

  /// How the values of groups become one.
  public enum GroupWeight: Sendable {
    /// Every group counts the same.
    case equal
    /// A group counts by its rows.
    case rows
  }

  /// Normalised discounted cumulative gain of one ranking: Σ gain / log2(1 + rank) over the first
  /// `k`, over what the best order would have.
  ///
  /// - Parameters:
  ///   - grades: how relevant each row is; below 0 counts as 0.
  ///   - scores: what the rows are ordered by, the largest first; as many as `grades`.
  /// - Returns: 0 to 1; nil where no row has a gain.
  /// - Complexity: O(n log n).
  public static func ndcg(
    grades: some RandomAccessCollection<Float>, scores: some RandomAccessCollection<Float>, k: Int,
    gain: Gain = .exponential
  ) -> Double? {
    let gains = grades.map { gain.of($0) }
    let ideal = discounted(gains.sorted(by: >), k)
    guard ideal > 0 else { return nil }
    return discounted(order(of: Array(scores)).map { gains[$0] }, k) / ideal
  }

  /// The mean NDCG of groups of rows that follow one another.
  ///
  /// - Parameters:
  ///   - groups: how many rows each group has; their sum is the number of rows.
  ///   - empty: what a group without a relevant row counts as; nil leaves it out. LightGBM and
  ///     XGBoost count 1.
  /// - Returns: nil where no group counts.
  /// - Precondition: `groups` are not negative and add up to the rows.
  public static func ndcg(
    grades: [Float], scores: [Float], groups: [Int], k: Int, gain: Gain = .exponential,
    empty: Double? = 1
  ) -> Double? {
    mean(over: groups, rows: grades.count, scores.count, .equal) { rows in
      ndcg(grades: grades[rows], scores: scores[rows], k: k, gain: gain) ?? empty
    }
  }

  /// The area under the ROC curve: the chance that a positive row scores above a negative one,
  /// ties counting half (Mann and Whitney, 1947).
  ///
  /// - Returns: 0 to 1; nil unless there are both positives and negatives.
  /// - Complexity: O(n log n).
  public static func auc(
    labels: some RandomAccessCollection<Bool>, scores: some RandomAccessCollection<Float>
  ) -> Double? {
    let labels = Array(labels)
    let scores = scores.map { $0.isFinite ? $0 : -.infinity }
    precondition(labels.count == scores.count, "a label and a score a row")
    let positives = labels.count { $0 }
    let negatives = labels.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var rankSum = 0.0
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, scores[order[end]] == scores[order[first]] { end += 1 }
      // Ranks count from 1; equal scores share the mean of theirs.
      let rank = Double(first + 1 + end) / 2
      for place in first..<end where labels[order[place]] { rankSum += rank }
      first = end
    }
    let least = Double(positives) * Double(positives + 1) / 2
    return (rankSum - least) / (Double(positives) * Double(negatives))
  }

  /// The mean AUC of groups of rows that follow one another; groups of one class are left out (the
  /// GAUC of Zhu et al., 2017, doi:10.1145/3097983.3098134, when weighted by rows).
  ///
  /// - Precondition: `groups` are not negative and add up to the rows.
  public static func groupedAUC(
    labels: [Bool], scores: [Float], groups: [Int], weight: GroupWeight = .equal
  ) -> Double? {
    mean(over: groups, rows: labels.count, scores.count, weight) { rows in
      auc(labels: labels[rows], scores: scores[rows])
    }
  }

  /// The mean of −log of the probability that was given to what happened; probabilities are held
  /// within 1e-7 of 0 and 1, so that one sure mistake does not decide alone.
  ///
  /// - Returns: nil without rows, or where a probability is not a number.
  public static func logLoss(labels: [Bool], probabilities: [Float]) -> Double? {
    precondition(labels.count == probabilities.count, "a label and a probability a row")
    guard !labels.isEmpty, !probabilities.contains(where: \.isNaN) else { return nil }
    var sum = 0.0
    for (label, probability) in zip(labels, probabilities) {
      let probability = min(max(Double(probability), 1e-7), 1 - 1e-7)
      sum -= log(label ? probability : 1 - probability)
    }
    return sum / Double(labels.count)
  }

  /// Expected calibration error: rows in `bins` of equal width by their probability, the mean over
  /// rows of |share of positives − mean probability| of their bin (Naeini, Cooper and Hauskrecht,
  /// 2015).
  ///
  /// - Returns: 0 to 1; nil without rows, or where a probability is not a number.
  public static func expectedCalibrationError(
    labels: [Bool], probabilities: [Float], bins: Int = 10
  ) -> Double? {
    guard !probabilities.contains(where: \.isNaN) else { return nil }
    let curve = calibration(labels: labels, probabilities: probabilities, bins: bins)
    let rows = curve.reduce(0) { $0 + $1.rows }
    guard rows > 0 else { return nil }
    let error = curve.reduce(0.0) { $0 + Double($1.rows) * abs($1.observed - $1.predicted) }
    return error / Double(rows)
  }

  /// A bin of a calibration curve.
  public struct CalibrationBin: Equatable, Sendable {
    /// How many rows fell into it.
    public var rows = 0
    /// The mean probability of its rows.
    public var predicted = 0.0
    /// The share of its rows that are positive.
    public var observed = 0.0
  }

  /// The calibration curve: bins of equal width over 0...1; bins without rows stay in, at zero. A
  /// probability beyond 0 or 1 counts in the outermost bin, one that is not a number nowhere.
  public static func calibration(
    labels: [Bool], probabilities: [Float], bins: Int = 10
  ) -> [CalibrationBin] {
    precondition(labels.count == probabilities.count, "a label and a probability a row")
    var curve = [CalibrationBin](repeating: CalibrationBin(), count: max(1, bins))
    for (label, given) in zip(labels, probabilities) where !given.isNaN {
      let probability = min(max(Double(given), 0), 1)
      let bin = min(curve.count - 1, Int(probability * Double(curve.count)))
      curve[bin].rows += 1
      curve[bin].predicted += probability
      curve[bin].observed += label ? 1 : 0
    }
    for bin in curve.indices where curve[bin].rows > 0 {
      curve[bin].predicted /= Double(curve[bin].rows)
      curve[bin].observed /= Double(curve[bin].rows)
    }
    return curve
  }

  /// Rows from the largest score to the smallest; equal ones in their order, not finite ones last.
  static func order(of scores: [Float]) -> [Int] {
    let keys = scores.map { $0.isFinite ? $0 : -.infinity }
    // Sorting by the row too makes it stable whatever the library's algorithm is.
    return keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
  }

  private static func discounted(_ gains: [Double], _ k: Int) -> Double {
    gains.prefix(max(0, k)).enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
  }

  private static func mean(
    over groups: [Int], rows: Int, _ others: Int, _ weight: GroupWeight,
    _ value: (Range<Int>) -> Double?
  ) -> Double? {
    precondition(rows == others, "a label and a score a row")
    precondition(
      groups.allSatisfy { $0 >= 0 } && groups.reduce(0, +) == rows, "groups that add up to the rows"
    )
    var (sum, weights, first) = (0.0, 0.0, 0)
    for group in groups {
      defer { first += group }
      guard let value = value(first..<first + group) else { continue }
      let share = weight == .rows ? Double(group) : 1
      sum += value * share
      weights += share
    }
    return weights > 0 ? sum / weights : nil
  }
}
