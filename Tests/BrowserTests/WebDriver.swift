import Foundation
import Glibc
import HTTP
import JSON

/// Why a browser did not do what it was told.
struct WebDriverError: Error, CustomStringConvertible {
  let description: String
}

/// A headless Chromium, driven over the WebDriver protocol by its own driver.
final class WebDriver {
  private let driver: Process
  private let client: HTTPClient
  private var session = ""

  /// The program of a name in the search path; nil when it is not installed.
  static func program(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
  }

  /// Whether there is a browser to test with.
  static var isInstalled: Bool { program("chromedriver") != nil && program("chromium") != nil }

  /// Starts a driver and a browser with a window of that size.
  init(width: Int, height: Int) throws {
    guard let path = Self.program("chromedriver") else {
      throw WebDriverError(description: "chromedriver is not in the search path")
    }
    // It draws a port by itself, and ends at once when another program was given that one
    // meanwhile.
    var started: (driver: Process, port: Int)?
    for _ in 0..<5 where started == nil { started = try Self.start(path) }
    guard let started else {
      throw WebDriverError(description: "chromedriver did not say on which port it listens")
    }
    driver = started.driver
    let port = started.port
    client = HTTPClient(base: "http://127.0.0.1:\(port)", timeoutMilliseconds: 60_000)
    let options = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--hide-scrollbars", "--window-size=\(width),\(height)",
    ].map { "\"\($0)\"" }.joined(separator: ",")
    let answer = try command(
      "POST", "/session",
      """
      {"capabilities":{"alwaysMatch":{"goog:chromeOptions":{"args":[\(options)]},\
      "goog:loggingPrefs":{"browser":"ALL"}}}}
      """)
    session = "/session/" + (try answer.value.require("sessionId").string())
  }

  /// Starts a driver; nil when it ended before it said on which port it listens.
  private static func start(_ path: String) throws -> (driver: Process, port: Int)? {
    let driver = Process()
    driver.executableURL = URL(filePath: path)
    driver.arguments = ["--port=0", "--log-level=SEVERE"]
    let output = Pipe()
    driver.standardOutput = output
    driver.standardError = FileHandle.nullDevice
    try driver.run()
    if let port = port(output.fileHandleForReading) { return (driver, port) }
    kill(driver.processIdentifier, SIGKILL)
    driver.waitUntilExit()
    return nil
  }

  deinit {
    if !session.isEmpty { _ = try? client.send("DELETE", session) }
    // The driver inherits the signals that the calling thread blocks: it can't be asked to end.
    kill(driver.processIdentifier, SIGKILL)
    driver.waitUntilExit()
  }

  /// The port that the driver prints when it is ready.
  private static func port(_ output: FileHandle) -> Int? {
    var text = ""
    while true {
      let data = output.availableData
      if data.isEmpty { return nil }
      text += String(decoding: data, as: UTF8.self)
      if let match = text.firstMatch(of: /started successfully on port (\d+)/) {
        return Int(match.1)
      }
    }
  }

  /// An answer of the driver; keeps the parser alive for as long as its values are looked at.
  struct Answer {
    private let root: JSONValue
    private let parser: JSONParser

    init(_ bytes: [UInt8]) throws {
      parser = JSONParser()
      root = try parser.parse(bytes)
    }

    /// What the command gave.
    var value: JSONValue { get throws { try root.require("value") } }
  }

  private func command(_ method: String, _ path: String, _ body: String? = nil) throws -> Answer {
    let headers = body == nil ? [] : [Response.Field("Content-Type", "application/json")]
    let sent = try client.send(method, path, headers: headers, body: Array((body ?? "").utf8))
    guard sent.status == 200 else {
      throw WebDriverError(description: "\(method) \(path): \(sent.text.prefix(600))")
    }
    return try Answer(sent.body)
  }

  /// Opens an address and waits until it is loaded.
  func open(_ address: String) throws {
    _ = try command("POST", session + "/url", "{\"url\":\"\(address)\"}")
  }

  /// Runs the body of a function in the page; it returns a text.
  func text(_ script: String, _ arguments: [String] = []) throws -> String {
    var json = JSONWriter()
    json.object { json in
      json.member("script", script)
      json.member("args", arguments)
    }
    let answer = try command("POST", session + "/execute/sync", json.text)
    return try answer.value.string()
  }

  /// Waits until an expression is true in the page.
  ///
  /// - Throws: the driver's error after half a minute.
  func wait(_ expression: String) throws {
    var json = JSONWriter()
    json.object { json in
      json.member(
        "script",
        """
        const done = arguments[arguments.length - 1];
        const check = () => (\(expression)) ? done("true") : setTimeout(check, 20);
        check();
        """)
      json.array("args") { _ in }
    }
    do {
      _ = try command("POST", session + "/execute/async", json.text)
    } catch {
      let seen = (try? text("return document.body.innerText.slice(0, 900)")) ?? ""
      throw WebDriverError(description: "never true: \(expression)\n\(error)\npage: \(seen)")
    }
  }

  /// What the page's console holds: level and message of each line.
  func console() throws -> [String] {
    let answer = try command("POST", session + "/se/log", "{\"type\":\"browser\"}")
    return try answer.value.elements().map { line in
      let level = try line.require("level").string()
      return level + " " + (try line.require("message").string())
    }
  }

  /// Presses a key on whatever has the focus.
  func press(_ key: String) throws {
    var json = JSONWriter()
    json.object { json in
      json.array("actions") { json in
        json.object { json in
          json.member("type", "key")
          json.member("id", "keyboard")
          json.array("actions") { json in
            for type in ["keyDown", "keyUp"] {
              json.object { json in
                json.member("type", type)
                json.member("value", key)
              }
            }
          }
        }
      }
    }
    _ = try command("POST", session + "/actions", json.text)
  }
}
