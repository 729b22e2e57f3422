internal import HTTP
internal import JSON

/// The OpenAPI 3.1 document, made from the table of routes.
enum OpenAPI {
  /// The document's bytes.
  static func document(_ routes: [Route]) -> [UInt8] {
    var json = JSONWriter(capacity: 64 << 10)
    json.object { json in
      json.member("openapi", "3.1.0")
      json.object("info") { json in
        json.member("title", "Updraft")
        json.member("version", "1")
        json.member("summary", "Events in, ranked pages out.")
      }
      writePaths(routes, into: &json)
      json.object("components") { json in writeComponents(into: &json) }
    }
    return json.bytes
  }

  private static func writePaths(_ routes: [Route], into json: inout JSONWriter) {
    var order: [String] = []
    var byPath: [String: [Route]] = [:]
    for route in routes {
      if byPath[route.path] == nil { order.append(route.path) }
      byPath[route.path, default: []].append(route)
    }
    json.object("paths") { json in
      for path in order {
        json.object(path) { json in
          for route in byPath[path] ?? [] {
            json.object(route.method.description.lowercased()) { json in
              write(route, into: &json)
            }
          }
        }
      }
    }
  }

  private static func write(_ route: Route, into json: inout JSONWriter) {
    json.member("operationId", route.operation)
    json.member("summary", route.summary)
    json.member("x-callers", route.callers.names)
    json.array("security") { json in
      if route.callers.contains(.anonymous) { json.object { _ in } }
      guard route.callers != .everybody else { return }
      if !route.callers.isDisjoint(with: [.user, .service, .metrics, .admin]) {
        json.object { json in json.array("bearer") { _ in } }
      }
      if route.callers.contains(.anonymous) {
        json.object { json in json.array("session") { _ in } }
      }
    }
    writeParameters(route, into: &json)
    if let body = route.body { write(body, into: &json) }
    writeResponses(route, into: &json)
  }

  private static func writeParameters(_ route: Route, into json: inout JSONWriter) {
    json.array("parameters") { json in
      for name in route.captureNames {
        parameter(name, "path", .identifier, "", required: true, into: &json)
      }
      for entry in route.parameters {
        let schema: Schema
        switch entry.kind {
        case .text: schema = .text()
        case .integer(let range): schema = .integer(min: range.lowerBound, max: range.upperBound)
        }
        parameter(entry.name, "query", schema, entry.summary, required: false, into: &json)
      }
      if route.isIdempotent {
        parameter(
          "Idempotency-Key", "header", .name(max: Idempotency.keyBytesMax),
          "Makes a retry safe for a day.", required: false, into: &json)
      }
    }
  }

  private static func parameter(
    _ name: String, _ place: String, _ schema: Schema, _ summary: String, required: Bool,
    into json: inout JSONWriter
  ) {
    json.object { json in
      json.member("name", name)
      json.member("in", place)
      json.member("required", required)
      if !summary.isEmpty { json.member("description", summary) }
      json.key("schema")
      schema.write(into: &json)
    }
  }

  private static func write(_ body: Route.Body, into json: inout JSONWriter) {
    json.object("requestBody") { json in
      json.member("required", body.isRequired)
      json.object("content") { json in
        let one = Schema.named(body.schema)
        json.object("application/json") { json in
          json.key("schema")
          (body.isBatch ? Schema.any([one, .list(one)]) : one).write(into: &json)
        }
        guard body.isBatch else { return }
        json.object("application/x-ndjson") { json in
          json.key("schema")
          Schema.text().write(into: &json)
        }
      }
    }
  }

  private static func writeResponses(_ route: Route, into json: inout JSONWriter) {
    json.object("responses") { json in
      json.object(String(route.success.status)) { json in
        json.member("description", "Done.")
        json.object("content") { json in
          json.object(route.success.mediaType) { json in
            json.key("schema")
            (route.success.schema.isEmpty ? Schema.text() : .named(route.success.schema))
              .write(into: &json)
          }
        }
      }
      if !route.mayBeEmpty.isEmpty {
        json.object("204") { json in json.member("description", route.mayBeEmpty) }
      }
      if route.operation == "readyz" {
        json.object("503") { json in
          json.member("description", "Not ready.")
          json.object("content") { json in
            json.object("application/json") { json in
              json.key("schema")
              Schema.named(route.success.schema).write(into: &json)
            }
          }
        }
      }
      json.object("default") { json in
        json.member("description", "Refused; the code says why.")
        json.object("content") { json in
          json.object("application/problem+json") { json in
            json.key("schema")
            Schema.named("Problem").write(into: &json)
          }
        }
      }
    }
  }

  private static func writeComponents(into json: inout JSONWriter) {
    json.object("schemas") { json in
      for (name, schema) in Schemas.all {
        json.key(name)
        schema.write(into: &json)
      }
    }
    json.object("securitySchemes") { json in
      json.object("bearer") { json in
        json.member("type", "http")
        json.member("scheme", "bearer")
        json.member("description", "A user's token, or a service key.")
      }
      json.object("session") { json in
        json.member("type", "apiKey")
        json.member("in", "header")
        json.member("name", "X-Session")
        json.member("description", "An anonymous session, as the server gave it.")
      }
    }
  }
}
