internal import Feed
internal import HTTP
internal import Lab
internal import Server
internal import Settings
internal import Text
internal import Trees

extension Failure {
  /// Any error as the end of a command.
  init(explaining error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let errors as SettingsErrors: self.init("configuration", errors.description)
    case let error as HTTPServerError: self.init(error.code, error.description)
    case let error as HTTPClientError: self.init(error.code, error.description)
    case let error as AccessError: self.init(error.code, error.message)
    case let error as LabError:
      let exit: ExitCode = error.code == .option ? .usage : .failed
      self.init(error.code.rawValue, error.message, exit: exit)
    case let error as any CodedError: self.init(error.name, error.message)
    case let error as TextModelError: self.init(error.code.rawValue, error.description)
    case let error as ForestError: self.init("model-" + error.code.rawValue, error.message)
    case let error as ServerError: self.init(error.code, error.message)
    default: self.init("failed", "\(error)")
    }
  }
}

/// What all faults have, whatever their codes.
private protocol CodedError: Error {
  var name: String { get }
  var message: String { get }
}

extension Fault: CodedError {
  fileprivate var name: String { code.rawValue }
}

extension AccessError {
  /// What happened, without the code before it.
  fileprivate var message: String {
    switch self {
    case .keys(let text), .publicKey(let text), .subject(let text): text
    }
  }
}

extension ServerError {
  /// What happened, without the code before it.
  fileprivate var message: String {
    switch self {
    case .listen(let text), .engine(let text): text
    }
  }
}
