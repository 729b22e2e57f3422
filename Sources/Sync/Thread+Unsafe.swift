internal import Glibc

// Safe because the system passes back what it was given, once: the closure, retained for it.

/// An operating-system thread that runs one closure and can be joined.
public final class Thread: Sendable {
  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let handle: pthread_t

  /// Starts `body` on a new thread of its own.
  ///
  /// - Precondition: the system can start another thread.
  public init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(Start(body))
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, 4 << 20)
    let status = unsafe pthread_create(
      &handle, &attributes,
      { pointer in
        guard let pointer = unsafe pointer else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
        start.body()
        return nil
      }, start.toOpaque())
    unsafe pthread_attr_destroy(&attributes)
    precondition(status == 0, "the system refused a new thread: \(status)")
    self.handle = handle
  }

  /// Waits until the closure has returned; call it once.
  public func join() { pthread_join(handle, nil) }
}
