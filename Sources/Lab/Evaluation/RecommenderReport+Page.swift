extension RecommenderReport {
  /// One page of HTML that needs nothing else: figures, intervals and what they mean.
  public var page: String {
    """
    <!doctype html><html lang="en"><meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <title>Recommenders compared</title><style>
    :root{color-scheme:light dark;--ink:#1b1f24;--faint:#6b7480;--line:#d5dae0;--one:#2f6fde;
    --back:#fff}
    @media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--faint:#98a2ad;--line:#39414a;
    --one:#7ba7f7;--back:#14181d}}
    body{font:15px/1.5 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem;
    color:var(--ink);background:var(--back)}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
    td,th{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right}
    td:first-child,th:first-child{text-align:left}.wide{overflow-x:auto}
    p,.note{color:var(--faint)}svg{max-width:100%;height:auto}text{fill:var(--ink);font-size:12px}
    .bar{fill:var(--one)}.whisker{stroke:var(--ink);stroke-width:1.5}.axis{stroke:var(--line)}
    </style><h1>Recommenders compared</h1>
    <p>\(Self.escaped(about))</p>
    \(list)
    <h2>All users</h2><div class="wide">\(table)</div>
    <p class="note">Means over users, at the first \(rows.first?.reading.k ?? 0) places of a \
    ranking of \
    all items less those of the user's past. MAP, NDCG, precision, recall, hit rate, reciprocal \
    rank \
    and AUC: more is better. Coverage: the share of items on any list. Novelty: bits. Gini: 0 \
    where \
    every item is shown as often, 1 where one has it all.</p>
    \(segmentNames.map { "<h2>NDCG, \(Self.escaped($0))</h2>" + bars($0) }.joined(separator: "\n"))
    <p class="note">Bars are means, whiskers hold 95 of 100 bootstrap resamplings of the users. \
    New \
    users have at most the median number of items in their past; head items are the fewest with \
    half \
    of all interactions.</p>
    <h2>Accuracy and coverage</h2>\(scatter)
    <h2>Settings</h2><div class="wide">\(settings)</div></html>
    """ + "\n"
  }

  /// Text as HTML shows it literally, also inside attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default:
        // Control characters have no place in HTML.
        result += scalar.value < 32 || scalar.value == 127 ? " " : String(scalar)
      }
    }
    return result
  }

  private var segmentNames: [String] {
    var names: [String] = []
    for row in rows {
      for segment in row.reading.segments where !names.contains(segment.name) {
        names.append(segment.name)
      }
    }
    return names
  }

  private var list: String {
    let items = facts.map { "<li>\(Self.escaped($0.name)): \(Self.escaped($0.value))</li>" }
    return "<ul>\(items.joined())</ul>"
  }

  private static func row(_ cells: [String], head: Bool = false) -> String {
    let tag = head ? "th" : "td"
    return "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
  }

  private var table: String {
    let head = [
      "model", "MAP", "NDCG", "precision", "recall", "hit rate", "MRR", "AUC", "coverage",
      "novelty", "Gini", "seconds",
    ]
    let lines = rows.map { row in
      let reading = row.reading
      return Self.row(
        [row.plan.kind.rawValue]
          + [
            reading.map, reading.ndcg, reading.precision, reading.recall, reading.hitRate,
            reading.reciprocalRank, reading.auc, reading.coverage, reading.novelty, reading.gini,
          ].map { Self.decimal($0, 4) } + [Self.decimal(row.seconds, 2)])
    }
    return "<table>\(Self.row(head, head: true))\(lines.joined())</table>"
  }

  private var settings: String {
    let lines = rows.map { row in
      let text = row.plan.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
      return Self.row([row.plan.kind.rawValue, text])
    }
    return "<table>\(lines.joined())</table>"
  }

  /// A bar a model, with its interval.
  private func bars(_ name: String) -> String {
    let parts = rows.compactMap { row in
      row.reading.segments.first { $0.name == name }.map { (row.plan.kind.rawValue, $0) }
    }
    let most = max(parts.map { max($0.1.ndcg.high, $0.1.ndcg.mean) }.max() ?? 0, 1e-9)
    func x(_ value: Double) -> String { Self.decimal(110 + 520 * max(0, value) / most, 1) }
    let bodies = parts.enumerated().map { index, part in
      let (y, interval) = (index * 26, part.1.ndcg)
      let width = Self.decimal(520 * max(0, interval.mean) / most, 1)
      return """
        <text x="0" y="\(y + 17)">\(Self.escaped(part.0))</text>\
        <rect class="bar" x="110" y="\(y + 5)" width="\(width)" height="16" rx="2"/>\
        <line class="whisker" x1="\(x(interval.low))" x2="\(x(interval.high))" y1="\(y + 13)" \
        y2="\(y + 13)"/><text x="645" y="\(y + 17)">\(Self.decimal(interval.mean, 4)) \
        (\(Self.decimal(interval.low, 3)) to \(Self.decimal(interval.high, 3)))</text>
        """
    }
    return Self.drawing(height: max(26, parts.count * 26), bodies, "NDCG of \(name) by model")
  }

  /// How good against how much of the catalogue is shown.
  private var scatter: String {
    let most = max(rows.map(\.reading.ndcg).max() ?? 0, 1e-9)
    let dots = rows.map { row in
      let x = Self.decimal(50 + 600 * row.reading.coverage, 1)
      let y = Self.decimal(230 - 200 * row.reading.ndcg / most, 1)
      let name = Self.escaped(row.plan.kind.rawValue)
      return """
        <circle class="bar" cx="\(x)" cy="\(y)" r="5"/><text x="\(x)" y="\(y)" dx="9" dy="4">\
        \(name)</text>
        """
    }
    let axes = """
      <line class="axis" x1="50" y1="230" x2="650" y2="230"/>\
      <line class="axis" x1="50" y1="20" x2="50" y2="230"/><text x="50" y="250">coverage 0</text>\
      <text x="640" y="250">1</text><text x="0" y="34">NDCG</text>\
      <text x="0" y="48">\(Self.decimal(most, 3))</text>
      """
    return Self.drawing(height: 260, [axes] + dots, "NDCG against coverage")
  }

  private static func drawing(height: Int, _ parts: [String], _ label: String) -> String {
    "<svg viewBox=\"0 0 830 \(height)\" width=\"830\" role=\"img\" "
      + "aria-label=\"\(escaped(label))\">" + parts.joined() + "</svg>"
  }

  private static func decimal(_ number: Double, _ places: Int) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let whole = Int((abs(number) * scale).rounded())
    let digits = String(whole % Int(scale))
    let zeros = String(repeating: "0", count: places - digits.count)
    return (number < 0 && whole > 0 ? "-" : "") + "\(whole / Int(scale)).\(zeros)\(digits)"
  }
}
