internal import CXGBoost

// Safe because the library copies the values during the one call that it is given their address
// and true count in, and the handle is freed once, when its only owner ends.

/// Rows as XGBoost keeps them.
@safe package struct DMatrix: ~Copyable {
  let handle: DMatrixHandle
  /// Rows.
  package let count: Int

  /// Copies the rows of a table.
  ///
  /// - Parameter threads: that copy; 0 = all cores.
  package init(_ table: TrainingTable, threads: Int) throws(LabError) {
    var handle: DMatrixHandle? = nil
    let status = unsafe table.values.withUnsafeBufferPointer { values in
      unsafe XGDMatrixCreateFromMat_omp(
        values.baseAddress, UInt64(table.count), UInt64(table.features.count), .nan, &handle,
        Int32(clamping: threads))
    }
    try XGBoostLibrary.check(status)
    guard let handle = unsafe handle else { throw XGBoostLibrary.failure("no matrix was made") }
    unsafe self.handle = handle
    count = table.count
  }

  deinit { unsafe XGDMatrixFree(handle) }
}
