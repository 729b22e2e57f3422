internal import Feed
internal import Server
internal import Text

/// A text model as the server wants one.
struct ModelEmbedder: TextEmbedder {
  private let model: TextModel
  let name: String

  /// Loads the model of the folder that the configuration names; nil when it names none.
  ///
  /// - Throws: `TextModelError`.
  static func loaded(_ configuration: Configuration, _ time: any TimeSource) throws -> Self? {
    let folder = configuration.textModel
    guard !folder.isEmpty else { return nil }
    let model = try TextModel(folder: folder, time: time)
    return ModelEmbedder(model: model, name: name(folder, model.fingerprint))
  }

  /// The folder's name and, as another model may come to lie there, what its files are.
  static func name(_ folder: String, _ fingerprint: UInt64) -> String {
    let last = folder.split(separator: "/").last.map(String.init) ?? folder
    let digits = String(fingerprint >> 32, radix: 16)
    return last + "-" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  var dimension: Int { model.dimension }

  func embed(_ texts: [String]) -> [[Float]] { model.embed(texts) }

  func embed(query: String, within milliseconds: Int) -> [Float]? {
    model.embed(query: query, within: milliseconds)
  }
}
