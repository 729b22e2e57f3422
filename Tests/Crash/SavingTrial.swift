internal import PowerCut
internal import Stores

/// What trials have in common that save one thing after another until the power is cut:
/// `NAME DIR SEED CALL FIRST`. What they save is numbered from FIRST on.
struct SavingTrial {
  /// The number of the first thing that is saved.
  let first: Int
  private let folder: String
  private let seed: Int
  private let call: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    seed = try arguments.number(2)
    call = try arguments.number(3)
    first = try arguments.number(4)
  }

  /// Saves `count` things and says each that was saved.
  ///
  /// - Parameter body: is given the folder, and makes what saves the thing of a number. The power
  ///   is cut at call number CALL from the time that the folder is open.
  func run(_ count: Int, _ body: (DataDirectory) throws -> (Int) throws -> Void) throws {
    let directory = try DataDirectory(folder, access: .write)
    unsafe powercut_watch(folder)
    powercut_cut_at(call, UInt64(seed))
    let save = try body(directory)
    for number in first..<first + count {
      try save(number)
      Output.line("saved \(number)")
    }
    Output.line("done")
  }
}
