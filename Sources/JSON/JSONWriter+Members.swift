extension JSONWriter {
  /// A member with a string.
  public mutating func member(_ key: String, _ value: String) {
    self.key(key)
    self.value(value)
  }

  /// A member with a string, or `null`.
  public mutating func member(_ key: String, _ value: String?) {
    self.key(key)
    if let value { self.value(value) } else { null() }
  }

  /// A member with a whole number.
  public mutating func member(_ key: String, _ value: Int) {
    self.key(key)
    self.value(value)
  }

  /// A member with a whole number.
  public mutating func member(_ key: String, _ value: Int64) {
    self.key(key)
    self.value(value)
  }

  /// A member with a whole number.
  public mutating func member(_ key: String, _ value: UInt64) {
    self.key(key)
    self.value(value)
  }

  /// A member with a number; not finite: `null`.
  public mutating func member(_ key: String, _ value: Double) {
    self.key(key)
    self.value(value)
  }

  /// A member with a number; not finite: `null`.
  public mutating func member(_ key: String, _ value: Float) {
    self.key(key)
    self.value(value)
  }

  /// A member with `true` or `false`.
  public mutating func member(_ key: String, _ value: Bool) {
    self.key(key)
    self.value(value)
  }

  /// A member with an array of strings.
  public mutating func member(_ key: String, _ values: [String]) {
    self.key(key)
    beginArray()
    for value in values { self.value(value) }
    endArray()
  }

  /// A member with an object whose members `body` writes.
  public mutating func object<Failure: Error>(
    _ key: String, _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    self.key(key)
    try object(body)
  }

  /// A member with an array whose elements `body` writes.
  public mutating func array<Failure: Error>(
    _ key: String, _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    self.key(key)
    try array(body)
  }

  /// A parsed value, written again: same values in the same order, without blanks.
  public mutating func value(_ value: JSONValue) throws(JSONError) {
    switch value.kind {
    case .null: null()
    case .boolean: self.value(try value.bool())
    case .number: try number(value)
    case .string: self.value(try value.string())
    case .array:
      beginArray()
      for element in try value.elements() { try self.value(element) }
      endArray()
    case .object:
      beginObject()
      for member in try value.members() {
        key(member.key)
        try self.value(member.value)
      }
      endObject()
    }
  }

  private mutating func number(_ value: JSONValue) throws(JSONError) {
    if let unsigned = value.unsigned {
      self.value(unsigned)
    } else if value.isInteger {
      self.value(try value.int64())
    } else {
      self.value(try value.double())
    }
  }
}
