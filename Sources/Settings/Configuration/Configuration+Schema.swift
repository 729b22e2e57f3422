public import Feed

extension Configuration {
  /// Every setting of the program.
  ///
  /// A key is the property's name with underscores; a time loses its `_ms`, because its value names
  /// the unit.
  public static let schema = Schema<Configuration>(
    blocks: [
      Schema(settings: [
        Setting(
          "text_model", \.textModel, .text(),
          "The folder of a text model (sentence-transformers, BERT); empty: vectors of texts come"
            + " from the hashed encoder.")
      ]),
      .block(
        "server", \.server, ServerSettings.schema, "How the server listens and whom it believes."),
      .block("log", \.log, LogSettings.schema, "How the log keeps events."),
      .block("engine", \.engine, EngineSettings.schema, "How pages are made."),
      .block(
        "world", \.world, WorldSettings.schema,
        "What the fold reads. A change here rebuilds the world from the log."),
      .block(
        "learning", \.learning, LearningSettings.schema,
        "How labels are joined to the pages that were served."),
      .block(
        "models", \.models, ModelLifeSettings.schema,
        "How models are trained, come into service, and are taken back."),
    ],
    families: [
      .blocks(
        "surfaces", \.surfaces, template: SurfaceSettings(), SurfaceSettings.schema,
        "The surfaces by name: each is one configuration of the pipeline. New names make new ones.")
    ],
    rules: [
      .init("surfaces", "must have in nearest_spaces only spaces that stand in world.spaces") {
        root in
        root.surfaces.values.allSatisfy { surface in
          surface.nearestSpaces.keys.allSatisfy { root.world.spaces[$0] != nil }
        }
      }
    ])
}

/// A length of time that a setting may have.
let anyTime: ClosedRange<Int64> = 0...(3650 * 86_400_000)

/// A length of time that may not be nothing.
let someTime: ClosedRange<Int64> = 1...(3650 * 86_400_000)
