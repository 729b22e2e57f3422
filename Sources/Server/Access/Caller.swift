internal import Feed

/// What a service key may do.
public enum Scope: String, CaseIterable, Sendable {
  /// Write events, items, users and follows, and read pages, for every user.
  case service
  /// Operate the server.
  case admin
  /// Read `/metrics`.
  case metrics
}

/// Who makes a request.
enum Caller: Equatable, Sendable {
  /// Nobody in particular: no credentials.
  case nobody
  /// An anonymous session, by its user.
  case session(user: String)
  /// A user, by a token.
  case user(String)
  /// A program, by a service key.
  case key(id: String, Scope)

  /// The user whose identity the request carries; nil for nobody and for service keys.
  var user: String? {
    switch self {
    case .nobody, .key: nil
    case .session(let user), .user(let user): user
    }
  }

  /// The role that decides what may be called.
  var role: Roles {
    switch self {
    case .nobody, .session: .anonymous
    case .user: .user
    case .key(_, .service): .service
    case .key(_, .admin): .admin
    case .key(_, .metrics): .metrics
    }
  }

  /// Whether the caller is a program that names users.
  var isService: Bool { role == .service }

  /// Names the caller among all callers, for idempotency.
  var scope: String {
    switch self {
    case .nobody: "nobody"
    case .session(let user), .user(let user): "user \(user)"
    case .key(let id, _): "key \(id)"
    }
  }
}

/// A set of roles that may call a route.
struct Roles: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let anonymous = Roles(rawValue: 1)
  static let user = Roles(rawValue: 2)
  static let service = Roles(rawValue: 4)
  static let metrics = Roles(rawValue: 8)
  static let admin = Roles(rawValue: 16)

  /// Everybody, without a look at credentials.
  static let everybody = Roles(rawValue: 31)
  /// Those who get pages.
  static let readers: Roles = [.anonymous, .user, .service]

  /// Every role with its name.
  static let named: [(name: String, role: Roles)] = [
    ("anonymous", .anonymous), ("user", .user), ("service", .service), ("metrics", .metrics),
    ("admin", .admin),
  ]

  /// The names of the roles in the set.
  var names: [String] { Self.named.filter { contains($0.role) }.map(\.name) }
}
