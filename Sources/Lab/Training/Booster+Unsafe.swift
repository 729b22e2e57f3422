internal import CXGBoost
internal import Glibc

// Safe because the handle is freed once, when its only owner ends; every buffer is handed over with
// its true count for one call; and results, which live until the booster's next call, are copied.

/// A forest that grows, a tree a round.
@safe package struct Booster: ~Copyable {
  private let handle: BoosterHandle

  /// An empty forest that will grow over a matrix, and be judged by another.
  ///
  /// - Parameter parameters: by XGBoost's names.
  package init(
    over learn: borrowing DMatrix, stop: borrowing DMatrix, parameters: [(String, String)]
  ) throws(LabError) {
    // Matrices are named so that the library keeps their margins from round to round.
    unsafe handle = try Self.made(over: [learn.handle, stop.handle]) { handle throws(LabError) in
      for (name, value) in parameters {
        try XGBoostLibrary.check(unsafe XGBoosterSetParam(handle, name, value))
      }
    }
  }

  /// A forest from its JSON.
  package init(json: [UInt8]) throws(LabError) {
    unsafe handle = try Self.made(over: []) { handle throws(LabError) in
      try XGBoostLibrary.check(
        unsafe json.withUnsafeBytes { bytes in
          unsafe XGBoosterLoadModelFromBuffer(handle, bytes.baseAddress, UInt64(bytes.count))
        })
    }
  }

  /// A handle that was prepared, or freed again where that failed.
  private static func made(
    over matrices: [DMatrixHandle?], _ prepare: (BoosterHandle) throws(LabError) -> Void
  ) throws(LabError) -> BoosterHandle {
    var made: BoosterHandle? = nil
    try XGBoostLibrary.check(
      unsafe XGBoosterCreate(matrices, UInt64(matrices.count), &made))
    guard let handle = unsafe made else { throw XGBoostLibrary.failure("no booster was made") }
    do throws(LabError) {
      try unsafe prepare(handle)
    } catch {
      unsafe XGBoosterFree(handle)
      throw error
    }
    return unsafe handle
  }

  deinit { unsafe XGBoosterFree(handle) }

  /// Adds a tree.
  ///
  /// - Parameters:
  ///   - gradients: of the loss by the margin, one a row of `matrix`.
  ///   - hessians: the second derivatives, one a row.
  package func boost(
    _ matrix: borrowing DMatrix, gradients: inout [Float], hessians: inout [Float]
  ) throws(LabError) {
    guard gradients.count == matrix.count, hessians.count == matrix.count else {
      throw XGBoostLibrary.failure(
        "\(gradients.count) gradients and \(hessians.count) hessians for \(matrix.count) rows")
    }
    try XGBoostLibrary.check(
      unsafe XGBoosterBoostOneIter(
        handle, matrix.handle, &gradients, &hessians, UInt64(matrix.count)))
  }

  /// Adds a tree by the library's own loss, for comparison; the matrix needs labels for it.
  package func update(_ matrix: borrowing DMatrix, round: Int, labels: [Float]) throws(LabError) {
    guard labels.count == matrix.count else {
      throw XGBoostLibrary.failure("\(labels.count) labels for \(matrix.count) rows")
    }
    try XGBoostLibrary.check(
      unsafe XGDMatrixSetFloatInfo(matrix.handle, "label", labels, UInt64(labels.count)))
    try XGBoostLibrary.check(
      unsafe XGBoosterUpdateOneIter(handle, Int32(clamping: round), matrix.handle))
  }

  /// What the forest says of each row.
  ///
  /// - Parameters:
  ///   - isMargin: before the link is applied.
  ///   - rounds: only the first of them; 0 = all.
  package func predict(
    _ matrix: borrowing DMatrix, isMargin: Bool, rounds: Int = 0
  ) throws(LabError) -> [Float] {
    let configuration = """
      {"type": \(isMargin ? 1 : 0), "training": false, "iteration_begin": 0, \
      "iteration_end": \(rounds), "strict_shape": false}
      """
    var shape: UnsafePointer<UInt64>? = nil
    var axes: UInt64 = 0
    var values: UnsafePointer<Float>? = nil
    try XGBoostLibrary.check(
      unsafe XGBoosterPredictFromDMatrix(
        handle, matrix.handle, configuration, &shape, &axes, &values))
    guard let values = unsafe values, let shape = unsafe shape, axes == 1,
      unsafe shape[0] == UInt64(matrix.count)
    else { throw XGBoostLibrary.failure("a prediction of an unexpected shape") }
    return unsafe Array(UnsafeBufferPointer(start: values, count: matrix.count))
  }

  /// The first rounds as the library's JSON, with the names of the features in it.
  func json(rounds: Int, features: [String]) throws(LabError) -> [UInt8] {
    var part: BoosterHandle? = nil
    try XGBoostLibrary.check(
      unsafe XGBoosterSlice(handle, 0, Int32(clamping: max(1, rounds)), 1, &part))
    guard let part = unsafe part else { throw XGBoostLibrary.failure("no slice was made") }
    defer { unsafe XGBoosterFree(part) }
    let copies = unsafe features.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    var names = unsafe copies.map { unsafe UnsafePointer($0) }
    try XGBoostLibrary.check(
      unsafe XGBoosterSetStrFeatureInfo(part, "feature_name", &names, UInt64(names.count)))
    var count: UInt64 = 0
    var bytes: UnsafePointer<CChar>? = nil
    try XGBoostLibrary.check(
      unsafe XGBoosterSaveModelToBuffer(part, #"{"format": "json"}"#, &count, &bytes))
    guard let bytes = unsafe bytes, let length = Int(exactly: count) else {
      throw XGBoostLibrary.failure("a model of an unexpected size")
    }
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: length))
  }
}
