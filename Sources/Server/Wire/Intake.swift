internal import Feed
internal import HTTP
internal import JSON

/// The rows of one request on their way into the log: what is sound goes on as a batch, what is not
/// is told row by row.
struct Intake: Sendable {
  /// A row that was refused.
  struct Refused: Sendable {
    var index: Int
    var problem: Problem
    /// The row as it came; empty unless it may be laid aside.
    var bytes: [UInt8]
  }

  /// A row that was taken.
  struct Kept: Sendable {
    var index: Int
    /// The event's place in the batch.
    var place: Int
    var receipt: Receipt
  }

  /// Whether one object came, or a list.
  var shape = BodyRows.Shape.single
  /// The events of the sound rows, in their order.
  var batch = EventBatch()
  /// The others, in their order.
  var refused: [Refused] = []
  /// Rows in all.
  var rows = 0

  /// Rows that are told one by one in an answer.
  static let toldMax = 100

  /// Reads every row.
  ///
  /// - Parameters:
  ///   - keepsBytes: whether refused rows may be laid aside with their text.
  ///   - append: puts a row's event into the batch.
  static func read(
    _ rows: BodyRows, _ parsers: ParserPool, keepsBytes: Bool,
    _ append: (JSONValue, Int, inout EventBatch) throws(Problem) -> Void
  ) throws(Problem) -> Intake {
    try parsers.withParser(bytes: rows.body.count) { (parser) throws(Problem) in
      var intake = Intake()
      intake.shape = try rows.visit(parser) { (row) throws(Problem) in
        intake.rows += 1
        do throws(Problem) {
          switch row.value {
          case .success(let value): try append(value, row.index, &intake.batch)
          case .failure(let error): throw Problem(error)
          }
        } catch {
          let bytes = keepsBytes ? rows.bytes(of: row) : []
          intake.refused.append(Refused(index: row.index, problem: error, bytes: bytes))
        }
      }
      if intake.shape == .single, let problem = intake.refused.first?.problem { throw problem }
      if intake.batch.isEmpty { throw intake.allRefused }
      return intake
    }
  }

  /// The problem of a list without a sound row.
  private var allRefused: Problem {
    var problem = Problem(
      refused.first?.problem.code ?? .invalidBody,
      "None of the \(rows) rows was taken: \(refused.first?.problem.detail ?? "")")
    problem.errors = refused.prefix(Self.toldMax).map { row in
      let fault = row.problem.errors.first
      let pointer = fault?.pointer ?? ""
      let place = pointer.hasPrefix("/\(row.index)") ? pointer : "/\(row.index)\(pointer)"
      return Problem.Fault(pointer: place, detail: fault?.detail ?? row.problem.detail)
    }
    return problem
  }

  /// Adds the rows that the fold refused, and gives the receipts of the others by row.
  mutating func settle(_ receipts: [Receipt], keepsBytes: Bool) -> [Kept] {
    var kept: [Kept] = []
    kept.reserveCapacity(receipts.count)
    var refusedRows = refused.map(\.index)[...]
    var row = 0
    for (place, receipt) in receipts.enumerated() {
      while refusedRows.first == row {
        refusedRows.removeFirst()
        row += 1
      }
      if let problem = Self.problem(receipt.outcome) {
        let bytes = keepsBytes ? RowText.json(batch, place) : []
        refused.append(Refused(index: row, problem: problem, bytes: bytes))
      } else {
        kept.append(Kept(index: row, place: place, receipt: receipt))
      }
      row += 1
    }
    refused.sort { $0.index < $1.index }
    return kept
  }

  /// Why an event was not taken; nil when it was.
  static func problem(_ outcome: Outcome) -> Problem? {
    switch outcome {
    case .applied, .late, .duplicate: nil
    case .unknownTarget: Problem(.notFound, "The target of the event is not known.")
    case .refused: Problem(.limitReached, "A bound on users or follows is reached.")
    case .poison(let error): Problem(.invalidBody, error.description)
    }
  }

  /// Why nothing of a batch was taken.
  static func problem(_ error: SubmitError) -> Problem {
    switch error {
    case .busy(let retryAfterMs):
      Problem(.overloaded, "Too many events wait to be stored.", retryAfterMs: retryAfterMs)
    case .full:
      Problem(
        .storageFull, "The disk is full; nothing of the request was stored.",
        retryAfterMs: 10_000)
    case .failed:
      Problem(
        .logFailed, "The log takes no more events until the server is started anew.",
        retryAfterMs: 30_000)
    case .unavailable:
      Problem(.stopping, "The server is starting or stopping.", retryAfterMs: 1_000)
    }
  }
}
