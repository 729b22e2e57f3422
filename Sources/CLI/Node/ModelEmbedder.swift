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
    let last = folder.split(separator: "/").last.map(String.init) ?? folder
    return ModelEmbedder(model: model, name: last)
  }

  var dimension: Int { model.dimension }

  func embed(_ texts: [String]) -> [[Float]] { model.embed(texts) }

  func embed(query: String, within milliseconds: Int) -> [Float]? {
    model.embed(query: query, within: milliseconds)
  }
}
