internal import CKernels
internal import Glibc

/// Floats at an address that stays, aligned for the widest vectors.
///
/// Invariant of the unsafe code: `base` holds `count` initialised floats from `init` to `deinit`.
@safe final class FloatBlock: @unchecked Sendable {
  // Sendable: weights are written while they are loaded, before the model is shared; the blocks of
  // a workspace belong to the one thread that has taken it.
  let base: UnsafeMutablePointer<Float>
  let count: Int

  /// A block of zeros.
  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

  subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Whether every number is one, and finite.
  var isFinite: Bool {
    unsafe updraft_transformer_best().pointee.finite(base, count) == 0
  }
}
