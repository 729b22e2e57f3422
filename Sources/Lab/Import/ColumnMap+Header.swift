extension ColumnMap {
  /// Refuses a table whose columns give no record what it needs, at the header: otherwise every row
  /// would be refused for the same reason.
  ///
  /// - Parameter given: what the records are; nil = what each says, or an event where the map names
  ///   the event's column.
  /// - Throws: `.option`, naming the columns that are there and how to map one.
  func check(header columns: [String], of path: String, kind given: ImportKind?) throws(LabError) {
    let names = columns.joined(separator: ", ")
    let kind: ImportKind
    if let given {
      kind = given
    } else if sources[.event] != nil && sources[.kind] == nil {
      kind = .event
    } else {
      // A column of kinds speaks for each row; one of events makes the others events.
      guard !isFound(.kind, in: columns) else { return }
      guard isFound(.event, in: columns) else {
        let kinds = ImportKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw LabError(
          .option,
          "\(path): nothing says what its rows are; name it with --kind (one of \(kinds)), or the "
            + "column that tells with --map kind=COLUMN or event=COLUMN; its columns are \(names)")
      }
      kind = .event
    }
    for field in kind.needs where !isFound(field, in: columns) {
      // Who mutes or blocks names an author instead of an item.
      if kind == .event, field == .item, isFound(.author, in: columns) { continue }
      let usual = Self.names(field).joined(separator: ", ")
      throw LabError(
        .option,
        "\(path): no column gives the \(field.rawValue) that every \(kind.rawValue) needs (looked "
          + "for \(usual)); its columns are \(names). Say which one it is: "
          + "--map \(field.rawValue)=COLUMN"
      )
    }
  }

  /// Whether a column of the table, or a constant, gives a field.
  private func isFound(_ field: Field, in columns: [String]) -> Bool {
    guard let source = sources[field] else {
      return Self.names(field).contains { columns.contains($0) }
    }
    return source.constant != nil || source.column.map(columns.contains) == true
  }
}

extension ImportKind {
  /// The fields without which a record is refused.
  fileprivate var needs: [ColumnMap.Field] {
    switch self {
    case .event: [.user, .item, .event]
    case .item, .delete: [.item]
    case .user: [.user]
    case .follow, .unfollow: [.follower, .followee]
    }
  }
}
