// swift-tools-version: 6.2
import PackageDescription

// The manifest is the diagram: read it top-down, every arrow points inward.
//
//   CLI ─▶ Server ─▶ Feed, HTTP, JSON     the only wire translation: routes, JSON, dashboard files
//       ─▶ Lab    ─▶ Feed, JSON, HTTP     import, training, evaluation, simulator (the server runs without it)
//       ─▶ Stores ─▶ Feed, Index, CSQLite adapters for the ports that the engine owns
//       ─▶ Settings ─▶ Feed, CYAML        YAML and environment in, a checked Configuration out
//       ─▶ Feed   ─▶ Index ─▶ CKernels    Feed: the engine; Index: vectors; CKernels: loops in C
//                ─▶ Trees ─▶ CKernels     Trees: forests and how they are evaluated
//       ─▶ Sync                           locks and threads, for Feed, HTTP and all above them
//   Text ─▶ Feed, JSON, CBLAS             text embedded inside the program, by a BERT model

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func system(_ name: String, apt package: String) -> Target {
  .systemLibrary(name: name, path: "System/\(name)", providers: [.apt([package])])
}

func module(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// The files of the page at `/`, which CDashboard puts into the program.
let page = [
  "index.html", "app.css", "icon.svg", "app.js", "api.js", "card.js", "draw.js", "feed.js",
  "live.js", "people.js",
]

/// Clients of systems that not every user needs: a trait each, off by default. What a trait adds
/// beyond linking stands in Sources/Stores.
let clients = [
  Client(trait: "Kafka", system: "Apache Kafka", module: "CRdKafka", apt: "librdkafka-dev"),
  Client(trait: "Redis", system: "Redis", module: "CHiredis", apt: "libhiredis-dev"),
  Client(trait: "Postgres", system: "PostgreSQL", module: "CPostgres", apt: "libpq-dev"),
  Client(trait: "MQTT", system: "an MQTT broker", module: "CMosquitto", apt: "libmosquitto-dev"),
]

struct Client {
  let trait: String
  let system: String
  let module: String
  let apt: String

  var dependency: Target.Dependency {
    .target(name: module, condition: .when(traits: [trait]))
  }
}

let package = Package(
  name: "updraft",
  products: [
    .executable(name: "updraft", targets: ["CLI"]),
    .library(name: "Feed", targets: ["Feed"]),
    .library(name: "Index", targets: ["Index"]),
  ],
  traits: Set(
    clients.map { Trait.trait(name: $0.trait, description: "Links the client of \($0.system).") }),
  targets: [
    .executableTarget(
      name: "CLI",
      dependencies: [
        "Server", "Lab", "Stores", "Settings", "Text", "Feed", "Index", "Trees", "HTTP", "JSON",
        "Sync", "CSQLite",
      ],
      swiftSettings: strict),
    module(
      "Server", ["Feed", "HTTP", "JSON", "Sync", "CDashboard", "CJWT", "CCrypto", "CSQLite"],
      exclude: page.map { "Dashboard/" + $0 }),
    module(
      "Lab",
      [
        "Feed", "Index", "Trees", "HTTP", "JSON", "Sync", "CKernels", "CZlib", "CBLAS", "CLAPACKE",
        "CXGBoost",
      ]),
    module(
      "Stores",
      ["Feed", "Index", "Trees", "JSON", "Sync", "CSQLite", "CCrypto"] + clients.map(\.dependency)),
    module("Settings", ["Feed", "CYAML"]),
    module("Feed", ["Index", "Trees", "CKernels", "Sync"]),
    module("Text", ["Feed", "JSON", "Sync", "CKernels", "CBLAS", "CUTF8Proc"]),
    module("Index", ["CKernels", "Sync"]),
    module("Trees", ["CKernels", "JSON"]),
    module("HTTP", ["Sync", "CMicroHTTPD", "CZlib", "CCurl"]),
    module("JSON", ["CSimdJSON"]),
    module("TestKit", ["Feed", "Sync"]),

    module("Sync", []),

    .target(name: "CKernels"),
    .target(name: "CDashboard"),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    system("CMicroHTTPD", apt: "libmicrohttpd-dev"),
    system("CSQLite", apt: "libsqlite3-dev"),
    system("CYAML", apt: "libyaml-dev"),
    system("CJWT", apt: "libjwt-dev"),
    system("CCrypto", apt: "libssl-dev"),
    system("CZlib", apt: "zlib1g-dev"),
    system("CCurl", apt: "libcurl4-openssl-dev"),
    system("CBLAS", apt: "libopenblas-dev"),
    system("CLAPACKE", apt: "liblapacke-dev"),
    system("CXGBoost", apt: "libxgboost-dev"),
    system("CUTF8Proc", apt: "libutf8proc-dev"),

    // Programs of the tests: one that is killed, and whose disk fails, with the functions that do it.
    .executableTarget(
      name: "updraft-crash-writer", dependencies: ["Stores", "Feed", "Index", "Sync", "PowerCut"],
      path: "Tests/Crash", swiftSettings: strict),
    .target(name: "PowerCut", path: "Tests/PowerCut"),

    tests("TreesTests", ["Trees", "CKernels", "JSON"], exclude: ["Golden"]),
    tests("IndexTests", ["Index", "CKernels", "Sync", "TestKit"]),
    tests("FeedTests", ["Feed", "Index", "Trees", "CKernels", "Sync", "TestKit"]),
    tests("JSONTests", ["JSON"]),
    tests("TextTests", ["Text", "Feed", "Sync", "CKernels", "TestKit"]),
    tests("SettingsTests", ["Settings", "Feed"]),
    tests("StoresTests", ["Stores", "Feed", "Index", "Trees", "JSON", "Sync", "TestKit"]),
    tests("HTTPTests", ["HTTP", "Sync"]),
    tests(
      "ServerTests", ["Server", "Lab", "Stores", "HTTP", "JSON", "Sync", "CCrypto", "TestKit"]),
    tests("BrowserTests", ["Server", "Feed", "HTTP", "JSON", "TestKit"]),
    tests(
      "LabTests",
      [
        "Lab", "Feed", "Index", "Trees", "HTTP", "JSON", "Stores", "Settings", "Sync", "CKernels",
        "TestKit",
      ]),
    tests("CLITests", ["CLI", "Stores", "Settings", "Feed", "HTTP", "JSON", "TestKit"]),
    tests("TidyTests", []),
  ] + clients.map { system($0.module, apt: $0.apt) },
  cLanguageStandard: .gnu2x,
  cxxLanguageStandard: .cxx17
)
