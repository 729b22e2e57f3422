internal import Sync
internal import Synchronization

/// Which models serve now: set as a whole, read as a whole.
///
/// A request takes its arm once and keeps it to the end, so no page is scored by two models,
/// whatever is set meanwhile. A kept page whose arm has another model by now is made anew.
public final class ModelBoard: @unchecked Sendable {
  // Sendable: `current` is only touched under the lock.

  /// Who scores what share of the pages.
  public struct Arms: Sendable {
    /// Scores every page that no canary takes; nil = the weights of the configuration do.
    public var production: ServedModel?
    /// Scores the pages of a share of the users, 0…1.
    public var canary: (model: ServedModel, share: Double)?
    /// Scores the pages that are logged once more, after they were answered; nobody sees it.
    public var shadow: ServedModel?

    /// Arms; all of them empty: the weights of the configuration score.
    public init(
      production: ServedModel? = nil, canary: (model: ServedModel, share: Double)? = nil,
      shadow: ServedModel? = nil
    ) {
      self.production = production
      self.canary = canary
      self.shadow = shadow
    }

    /// What scores the pages of a user.
    ///
    /// A canary's users follow from their names: one user stays in one arm, and a share that grows
    /// keeps those that it had. Pages for nobody are of production.
    public func serving(_ user: String) -> Serving {
      if let canary, !user.isEmpty, Self.place(user) < canary.share {
        return Serving(arm: .canary, model: canary.model)
      }
      return production.map { Serving(arm: .production, model: $0) } ?? .linear
    }

    /// Where a user stands among all, 0..<1.
    static func place(_ user: String) -> Double {
      var hash: UInt64 = 0x6d6f_6465_6c73
      for byte in user.utf8 { hash = Hashing.fold(hash, UInt64(byte)) }
      return Double(Hashing.mix(hash) >> 11) * 0x1p-53
    }
  }

  private let lock = Lock()
  private var current = Arms()

  /// A board on which no model serves.
  public init() {}

  /// Lets models serve from now on, all at once.
  public func set(_ arms: Arms) {
    // What goes is freed after the lock is given up.
    let replaced = lock.withLock {
      let old = current
      current = arms
      return old
    }
    withExtendedLifetime(replaced) {}
  }

  /// The models that serve now.
  public func arms() -> Arms { lock.withLock { current } }
}

/// What scores one page.
public struct Serving: Sendable {
  /// The part of the traffic that a page belongs to.
  public enum Arm: String, CaseIterable, Sendable {
    /// The weights of the configuration.
    case linear
    /// The model that serves.
    case production
    /// The model that is tried.
    case canary
  }

  /// The arm.
  public let arm: Arm
  /// Its model; nil = the weights of the configuration score.
  public let model: ServedModel?

  /// No model.
  public static let linear = Serving(arm: .linear, model: nil)

  init(arm: Arm, model: ServedModel?) {
    self.arm = arm
    self.model = model
  }

  /// A page scored by a given model.
  public static func production(_ model: ServedModel) -> Serving {
    Serving(arm: .production, model: model)
  }
}
