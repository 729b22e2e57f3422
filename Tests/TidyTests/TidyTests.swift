import Testing

/// The house rules that a program can check. A failure names file and line.
@Suite struct TidyTests {
  private static let sources = try? SourceTree(["Sources"])
  private static let everything = try? SourceTree(["Sources", "Tests"])

  /// What a module may import beside the standard library: the rows of the diagram.
  private static let imports: [String: Set<String>] = [
    "Sync": ["Glibc", "Synchronization"],
    "Index": ["CKernels", "Sync", "Glibc"],
    "Trees": ["CKernels", "JSON", "Glibc"],
    "Feed": ["Index", "Trees", "CKernels", "Sync", "Glibc", "Synchronization"],
    "JSON": ["CSimdJSON", "Glibc"],
    "Settings": ["Feed", "CYAML", "Glibc"],
    "Text": ["Feed", "JSON", "Sync", "CKernels", "CBLAS", "CUTF8Proc", "Glibc"],
    "Stores": [
      "Feed", "Index", "Trees", "JSON", "Sync", "CSQLite", "CCrypto", "CRdKafka", "CHiredis",
      "CPostgres", "CMosquitto", "Glibc", "Synchronization",
    ],
    "HTTP": ["Sync", "CMicroHTTPD", "CZlib", "CCurl", "Glibc", "Synchronization"],
    "Server": [
      "Feed", "HTTP", "JSON", "Sync", "CDashboard", "CJWT", "CCrypto", "CSQLite", "Glibc",
      "Synchronization",
    ],
    "Lab": [
      "Feed", "HTTP", "JSON", "Index", "Trees", "Sync", "CKernels", "CZlib", "CBLAS", "CLAPACKE",
      "CXGBoost", "Glibc", "Synchronization",
    ],
    "TestKit": ["Feed", "Sync", "Glibc", "Synchronization"],
    "CLI": [
      "Server", "Lab", "Stores", "Settings", "Text", "Feed", "Index", "Trees", "HTTP", "JSON",
      "Sync", "CSQLite", "Glibc", "Synchronization",
    ],
  ]

  @Test func everyModuleImportsOnlyWhatItsRowAllows() throws {
    for file in try #require(Self.sources).files {
      let allowed = try #require(Self.imports[file.module], "\(file.path): a module without a row")
      for (number, text) in file.code {
        guard let match = text.firstMatch(of: /^(?:[a-z@]+ )*import (?:struct |class )?(\w+)/)
        else { continue }
        #expect(
          allowed.contains(String(match.1)),
          "\(file.path):\(number): \(file.module) may not import \(match.1)")
      }
    }
  }

  @Test func timeAndChanceAreParametersOfTheEngine() throws {
    let forbidden = [
      "Date()", ".random", "SystemRandomNumberGenerator", "ContinuousClock", "gettimeofday",
      "print(", "time(nil)",
    ]
    for file in try #require(Self.sources).files where ["Feed", "Index"].contains(file.module) {
      for (number, text) in file.code {
        for word in forbidden {
          #expect(!text.contains(word), "\(file.path):\(number): \(word) in the engine")
        }
        #expect(
          !text.contains("clock_gettime"), "\(file.path):\(number): a clock in the engine")
      }
    }
  }

  @Test func unsafeCodeStandsInFilesThatSaySo() throws {
    for file in try #require(Self.sources).files where !file.path.contains("+Unsafe") {
      for (number, text) in file.code {
        #expect(
          text.firstMatch(of: /\bunsafe\b/) == nil,
          "\(file.path):\(number): unsafe outside a +Unsafe file")
      }
    }
  }

  @Test func locksStandInOneFile() throws {
    let place = "Sources/Sync/Locks+Unsafe.swift"
    for file in try #require(Self.sources).files where file.path != place {
      for (number, text) in file.code {
        #expect(
          !text.contains("pthread_mutex") && !text.contains("pthread_rwlock")
            && text.firstMatch(of: /\bMutex[<(]/) == nil,
          "\(file.path):\(number): a lock outside its file")
      }
    }
  }

  @Test func linesFunctionsAndFilesStayShort() throws {
    for file in try #require(Self.everything).files {
      #expect(file.lines.count <= 501, "\(file.path): \(file.lines.count) lines, at most 500")
      for (index, line) in file.lines.enumerated() {
        #expect(line.count <= 100, "\(file.path):\(index + 1): \(line.count) columns, at most 100")
      }
      for function in file.functions {
        #expect(
          function.length <= 70,
          "\(file.path):\(function.line): a function of \(function.length) lines, at most 70")
      }
    }
  }

  @Test func noTypeNameStandsInTwoModules() throws {
    var modules: [String: Set<String>] = [:]
    for file in try #require(Self.sources).files {
      for (_, text) in file.code {
        let pattern = /^(?:@\w+ )?(?:public |package |final )+(?:struct|class|enum|protocol) (\w+)/
        guard let match = text.firstMatch(of: pattern) else { continue }
        modules[String(match.1), default: []].insert(file.module)
      }
    }
    for (name, places) in modules {
      #expect(places.count == 1, "\(name) stands in \(places.sorted().joined(separator: ", "))")
    }
  }

  @Test func everyPublicSymbolIsDocumented() throws {
    let attributes = #"^(?:@\w+(?:\([^)]*\))? )*public "#
    let modifiers =
      #"(?:private\(set\) |internal\(set\) |static |final |mutating |borrowing |consuming )*"#
    let kinds = #"(?:struct|class|enum|protocol|func|var|let|init|subscript|typealias)\b"#
    let publicSymbol = try Regex(attributes + modifiers + kinds)
    for file in try #require(Self.sources).files {
      for (index, line) in file.lines.enumerated() {
        let trimmed = line.drop { $0 == " " }
        guard trimmed.firstMatch(of: publicSymbol) != nil else { continue }
        var above = index - 1
        while above >= 0, file.lines[above].drop(while: { $0 == " " }).hasPrefix("@") { above -= 1 }
        let comment = above >= 0 ? file.lines[above].drop { $0 == " " } : ""
        #expect(
          comment.hasPrefix("///"), "\(file.path):\(index + 1): a public symbol without a comment")
      }
    }
  }

  @Test func nothingIsLeftForLater() throws {
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    for file in try #require(Self.everything).files {
      for (index, line) in file.lines.enumerated() {
        for word in words {
          #expect(!line.contains(word), "\(file.path):\(index + 1): \(word)")
        }
      }
    }
  }
}
