/// What the rules of a slate ask of the candidates: whom each is by and about, and how much the
/// page may still have of that.
///
/// Places are those in the order by score; most are never looked at, so they are described as far
/// as the slate comes. Authors and categories have small numbers of their own in each request, so
/// that every question is a look into an array.
struct SlateRules {
  /// What is asked of one place, 12 bytes.
  private struct Subject {
    /// 0 = none, which no rule limits.
    var author: UInt32
    var category: UInt32
    var sources: UInt16
    var isTaken = false
  }

  /// Places that are described together.
  private static let stretch = 64

  /// How many places there are.
  private(set) var count = 0
  private var subjects: [Subject] = []
  /// How much the page may still have, by number.
  private var authorsLeft: [Int] = []
  private var categoriesLeft: [Int] = []
  /// What is on the page.
  private var page: [Int] = []
  private var authorNumbers = RowTable()
  private var categoryNumbers = RowTable()
  private var authorCap = Int.max
  private var categoryCap = Int.max
  private var runMax = Int.max
  private var lastAuthor: UInt32 = 0
  private var authorRun = 0
  private var lastCategory: UInt32 = 0
  private var categoryRun = 0

  /// Begins a request with so many candidates.
  mutating func begin(count: Int, _ settings: SurfaceSettings) {
    self.count = count
    authorCap = settings.authorCap > 0 ? settings.authorCap : .max
    categoryCap = settings.categoryCap > 0 ? settings.categoryCap : .max
    runMax = settings.runMax > 0 ? settings.runMax : .max
    (lastAuthor, authorRun, lastCategory, categoryRun) = (0, 0, 0, 0)
    authorNumbers.removeAll()
    categoryNumbers.removeAll()
    page.removeAll(keepingCapacity: true)
    subjects.removeAll(keepingCapacity: true)
    authorsLeft.removeAll(keepingCapacity: true)
    authorsLeft.append(authorCap)
    categoriesLeft.removeAll(keepingCapacity: true)
    categoriesLeft.append(categoryCap)
  }

  /// Describes the places up to one, which has to come before any question about it but whether it
  /// is taken.
  ///
  /// - Parameter order: the candidates in the order of their scores.
  @inline(__always)
  mutating func describe(
    through place: Int, _ candidates: borrowing CandidateSet, _ order: borrowing [Int]
  ) {
    if place >= subjects.count { describe(min(place &+ Self.stretch, count), candidates, order) }
  }

  private mutating func describe(
    _ end: Int, _ candidates: borrowing CandidateSet, _ order: borrowing [Int]
  ) {
    for place in subjects.count..<end {
      let candidate = order[place]
      let facts = candidates.facts[candidate]
      subjects.append(
        Subject(
          author: facts.author == .max
            ? 0 : Self.number(facts.author, &authorNumbers, &authorsLeft, authorCap),
          category: facts.category == 0
            ? 0
            : Self.number(
              UInt32(facts.category), &categoryNumbers, &categoriesLeft, categoryCap),
          sources: candidates.sources[candidate]))
    }
  }

  /// The number of a key, from 1 in the order of coming; the page may have `cap` of a new one.
  @inline(__always)
  private static func number(
    _ key: UInt32, _ numbers: inout RowTable, _ left: inout [Int], _ cap: Int
  ) -> UInt32 {
    let number = numbers.number(of: key, orSet: UInt32(truncatingIfNeeded: left.count))
    if Int(number) == left.count { left.append(cap) }
    return number
  }

  /// Begins a page: it may have everything again. Runs go on over its edge.
  mutating func beginPage() {
    for place in page {
      authorsLeft[Int(subjects[place].author)] = authorCap
      categoriesLeft[Int(subjects[place].category)] = categoryCap
    }
    page.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  func isTaken(_ place: Int) -> Bool { place < subjects.count && subjects[place].isTaken }

  /// Whether any source of a mask brought the item.
  @inline(__always)
  func isOf(_ mask: UInt16, _ place: Int) -> Bool { subjects[place].sources & mask != 0 }

  /// The sources that brought the item.
  func sources(_ place: Int) -> UInt16 { subjects[place].sources }

  /// Whether the page may have one more of the author and of the category.
  @inline(__always)
  func allowsCaps(_ place: Int) -> Bool {
    authorsLeft[Int(subjects[place].author)] > 0
      && categoriesLeft[Int(subjects[place].category)] > 0
  }

  /// Whether the author or the category may come next.
  @inline(__always)
  func allowsRuns(_ place: Int) -> Bool {
    let subject = subjects[place]
    return !(subject.author == lastAuthor && authorRun >= runMax && lastAuthor != 0)
      && !(subject.category == lastCategory && categoryRun >= runMax && lastCategory != 0)
  }

  /// Puts the item of a place onto the page.
  mutating func take(_ place: Int) {
    subjects[place].isTaken = true
    page.append(place)
    let subject = subjects[place]
    if subject.author != 0 { authorsLeft[Int(subject.author)] &-= 1 }
    if subject.category != 0 { categoriesLeft[Int(subject.category)] &-= 1 }
    authorRun = subject.author != 0 && subject.author == lastAuthor ? authorRun + 1 : 1
    lastAuthor = subject.author
    categoryRun = subject.category != 0 && subject.category == lastCategory ? categoryRun + 1 : 1
    lastCategory = subject.category
  }
}
