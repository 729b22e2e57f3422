/// Notes how long each stage took and how many candidates went in and out.
struct StageLog {
  private(set) var stages: [Page.Stage] = []
  private let time: any TimeSource
  private var last: UInt64

  init(_ time: any TimeSource) {
    self.time = time
    last = time.ticks
    stages.reserveCapacity(12)
  }

  /// Notes that a stage, which began when the one before ended, is done.
  mutating func end(_ name: String, entered: Int, left: Int) {
    let now = time.ticks
    let microseconds = Int(clamping: (now &- last) / 1000)
    stages.append(
      Page.Stage(name: name, microseconds: microseconds, entered: entered, left: left))
    last = now
  }
}
