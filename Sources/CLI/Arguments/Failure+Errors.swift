internal import Feed
internal import HTTP
internal import Settings

extension Failure {
  /// Any error as the end of a command.
  init(explaining error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as LogError: self.init(error.code.rawValue, error.message)
    case let error as SnapshotError: self.init(error.code.rawValue, error.message)
    case let errors as SettingsErrors: self.init("configuration", errors.description)
    case let error as HTTPServerError: self.init(error.code, error.description)
    case let error as HTTPClientError: self.init(error.code, error.description)
    default: self.init("failed", "\(error)")
    }
  }
}
