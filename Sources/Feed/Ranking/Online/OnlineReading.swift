/// One look at the online parts of all surfaces.
public struct OnlineReading: Equatable, Sendable {
  /// By surface.
  public internal(set) var surfaces: [String: OnlineCounts] = [:]
  /// Pages that wait for a choice.
  public internal(set) var pagesWaiting = 0
  /// Pages that were given up before their time, because too many waited.
  public internal(set) var pagesGivenUp: UInt64 = 0
  /// The last event that was looked at.
  public internal(set) var through = Offset.zero
}
