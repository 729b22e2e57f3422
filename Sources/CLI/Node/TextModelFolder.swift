internal import Feed
internal import Settings
internal import Text

/// Whether the folder that `text_model` names could hold a model, without the seconds that loading
/// it takes.
enum TextModelFolder {
  static func check(_ loaded: Loaded<Configuration>) throws(Failure) {
    let folder = loaded.value.textModel
    guard !folder.isEmpty else { return }
    let place = "\(loaded.origin(of: "text_model")): text_model: \(folder)"
    guard let facts = Files.facts(folder), facts.isFolder else {
      throw Failure(
        "model-file",
        "\(place): there is no such folder; get a model with scripts/text-model \(folder), or "
          + "leave text_model empty. A path that does not begin with / counts from where the "
          + "server starts"
      )
    }
    let missing = TextModel.files.filter { Files.facts("\(folder)/\($0)") == nil }
    guard missing.isEmpty else {
      throw Failure(
        "model-file",
        "\(place) lacks \(missing.joined(separator: ", ")); get the model anew with "
          + "scripts/text-model \(folder)")
    }
  }
}
