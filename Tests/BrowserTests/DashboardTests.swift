import Feed
import Testing

/// The page at `/`, as a person uses it. Skipped where there is no Chromium with its driver.
@Suite(
  .serialized,
  .enabled(if: WebDriver.isInstalled, "chromium and chromedriver are not installed"))
struct DashboardTests {
  private static let cards = "document.querySelectorAll('#feed > .card[data-item]')"

  /// A town, and a browser that shows its page with a feed on it.
  private func visit(
    _ town: Town, width: Int = 1280, height: Int = 900
  ) throws -> WebDriver {
    let browser = try WebDriver(width: width, height: height)
    try browser.open(town.address)
    try browser.wait("\(Self.cards).length >= 10")
    return browser
  }

  /// The identifiers of the cards, from the top.
  private func items(_ browser: WebDriver) throws -> [String] {
    try browser.text(
      "return Array.from(\(Self.cards), (card) => card.dataset.item).join(' ')"
    ).split(separator: " ").map(String.init)
  }

  /// Presses a button of the card of an item, and waits until the next page is shown.
  private func press(_ action: String, _ item: String, _ browser: WebDriver) throws {
    let deeds = "document.querySelectorAll('#deeds > li').length"
    let before = try browser.text("return String(\(deeds))")
    _ = try browser.text(
      """
      const card = document.querySelector(`.card[data-item="${arguments[0]}"]`);
      card.querySelector(`[data-action="${arguments[1]}"]`).click();
      return "";
      """, [item, action])
    try browser.wait("\(deeds) > \(before)")
  }

  @Test func theFirstPersonHasAFeedWithReasonsAndTheConsoleIsQuiet() throws {
    let town = try Town()
    let browser = try visit(town)
    let reasons = try browser.text(
      """
      return Array.from(document.querySelectorAll('.card[data-item] .reason'),
        (line) => line.textContent.trim()).join('|');
      """
    ).split(separator: "|", omittingEmptySubsequences: false)
    #expect(reasons.count >= 10)
    #expect(reasons.allSatisfy { !$0.isEmpty })
    #expect(try browser.text("return document.querySelector('#who').value") == Town.people[0])
    try browser.wait("document.querySelector('#health').dataset.state === 'live'")
    try browser.wait("document.querySelector('#live-panels .facts-list').textContent.length > 20")
    #expect(try browser.text("return document.querySelector('#toasts').textContent") == "")
    #expect(try browser.console().isEmpty)
  }

  @Test func twoLikesOfOneTopicChangeTheNextPageAndSayWhy() throws {
    let town = try Town()
    let browser = try visit(town)
    let before = try items(browser)
    let liked = before.filter { $0.hasPrefix("astronomy-") }.prefix(2)
    try #require(liked.count == 2, "the first page has \(before)")
    for item in liked { try press("like", item, browser) }
    let after = try items(browser)
    #expect(after != before)
    #expect(Set(after).isDisjoint(with: liked))
    try browser.wait(
      """
      Array.from(document.querySelectorAll('.card[data-item^="astronomy-"] .reason'))
        .some((line) => /Near your taste|You like/.test(line.textContent))
      """)
    try browser.wait("document.querySelectorAll('.is-new, .moved-up, .moved-down').length > 0")
    let receipt = try browser.text("return document.querySelector('#receipt').textContent")
    #expect(receipt.firstMatch(of: /visible in [\d.]+ m?s/) != nil, "\(receipt)")
    try browser.wait("document.querySelector('#me').textContent.includes('astronomy')")
    #expect(try browser.console().isEmpty)
  }

  @Test func hideTakesTheCardAwayForGood() throws {
    let town = try Town()
    let browser = try visit(town)
    let hidden = try #require(try items(browser).first)
    try press("hide", hidden, browser)
    #expect(try !items(browser).contains(hidden))
    try browser.open(town.address)
    try browser.wait("\(Self.cards).length >= 10")
    #expect(try !items(browser).contains(hidden))
  }

  @Test func followIsTheReasonAndUnfollowEndsIt() throws {
    let town = try Town()
    let browser = try visit(town)
    let item = try #require(try items(browser).first)
    let author = try browser.text(
      "return document.querySelector('.card[data-item] .author').textContent")
    try press("follow", item, browser)
    try browser.wait(
      """
      Array.from(document.querySelectorAll('.reason'))
        .some((line) => line.textContent === "You follow \(author)")
      """)
    try browser.wait("document.querySelector('#me').textContent.includes('follows 1')")
    let followed = try #require(
      try browser.text(
        """
        return Array.from(document.querySelectorAll('.card[data-item]'))
          .find((card) => card.querySelector('.author').textContent === "\(author)").dataset.item;
        """
      ).split(separator: " ").first)
    try press("follow", String(followed), browser)
    #expect(
      try browser.text(
        """
        return String(Array.from(document.querySelectorAll('.reason'))
          .some((line) => line.textContent === "You follow \(author)"));
        """) == "false")
  }

  @Test func muteTakesTheAuthorAwayAndUnmuteBringsThemBack() throws {
    let town = try Town()
    let browser = try visit(town)
    let item = try #require(try items(browser).first)
    let author = try browser.text(
      "return document.querySelector('.card[data-item] .author').textContent")
    let shown = """
      Array.from(document.querySelectorAll('.author'))
        .some((name) => name.textContent === "\(author)")
      """
    try press("mute", item, browser)
    #expect(try browser.text("return String(\(shown))") == "false")
    try browser.wait("document.querySelector('.unmute') !== null")
    _ = try browser.text("document.querySelector('.unmute').click(); return ''")
    try browser.wait("document.querySelector('.unmute') === null")
    try browser.wait(shown)
  }

  @Test func scrollingBringsFurtherPagesWithoutRepeats() throws {
    let town = try Town()
    let browser = try visit(town)
    let first = try items(browser)
    try browser.wait("(scrollTo(0, 1e9), \(Self.cards).length > \(first.count + 20))")
    let all = try items(browser)
    #expect(Array(all.prefix(first.count)) == first)
    #expect(Set(all).count == all.count)
  }

  @Test(arguments: [
    "<img src=x onerror=\"window.stolen = 1\">", "</script><script>window.stolen = 1</script>",
    "\"><svg onload=window.stolen=1>", "{{7*7}} &lt;b&gt; javascript:alert(1)",
  ])
  func aTitleOfAStrangerStaysText(title: String) throws {
    let town = try Town(strangerTitle: title)
    let browser = try visit(town)
    try browser.wait(
      "(scrollTo(0, 1e9), document.querySelector('[data-item=\"stranger\"]') !== null)")
    #expect(
      try browser.text(
        "return document.querySelector('[data-item=\"stranger\"] .card-title').textContent")
        == title)
    #expect(try browser.text("return String(window.stolen)") == "undefined")
    #expect(
      try browser.text(
        """
        return String(document.querySelectorAll(
          '.columns img, .columns script, [onerror], [onload]').length);
        """) == "0")
    try press("like", "stranger", browser)
    #expect(try browser.text("return String(window.stolen)") == "undefined")
    #expect(try browser.console().isEmpty)
  }

  @Test func aPersonIsFoundAndChosenByTheKeyboardAlone() throws {
    let town = try Town()
    let browser = try visit(town)
    let other = Town.people[3]
    _ = try browser.text("document.querySelector('#who').focus(); return ''")
    for letter in other { try browser.press(String(letter)) }
    try browser.wait("document.querySelectorAll('#people [role=option]').length === 1")
    try browser.press("\u{E015}")
    #expect(
      try browser.text(
        "return document.querySelector('#who').getAttribute('aria-activedescendant')")
        == "person-0")
    try browser.press("\u{E007}")
    try browser.wait("document.querySelector('#me strong')?.textContent === \"\(other)\"")
    try browser.wait("\(Self.cards).length >= 10")
    // J goes to the first card, L likes it.
    _ = try browser.text("document.querySelector('#feed').focus(); return ''")
    try browser.press("j")
    let item = try browser.text("return document.activeElement.dataset.item")
    try browser.press("l")
    try browser.wait("document.querySelectorAll('#deeds > li').length === 1")
    #expect(try !items(browser).contains(item))
  }

  @Test func similarItemsOpenUnderTheCard() throws {
    let town = try Town()
    let browser = try visit(town)
    let item = try #require(try items(browser).first)
    _ = try browser.text(
      """
      document.querySelector(`[data-item="${arguments[0]}"] [data-action="similar"]`).click();
      return "";
      """, [item])
    try browser.wait("document.querySelectorAll('.similar-list > li').length > 0")
  }

  @Test func withoutADemoATokenIsPasted() throws {
    let town = try Town(isDemo: false)
    let browser = try WebDriver(width: 1280, height: 900)
    try browser.open(town.address)
    try browser.wait("!document.querySelector('#sign-in').hidden")
    try browser.wait("!document.querySelector('#metrics-form').hidden")
    #expect(try browser.text("return String(document.querySelector('#person').hidden)") == "true")
    let paste = """
      const [field, form, text] = arguments;
      document.querySelector(field).value = text;
      document.querySelector(form).requestSubmit();
      return "";
      """
    _ = try browser.text(paste, ["#token", "#sign-in", "not a token"])
    try browser.wait("document.querySelector('#toasts').textContent.includes('unauthorized')")
    _ = try browser.text(paste, ["#token", "#sign-in", try town.token(Town.people[1])])
    try browser.wait("\(Self.cards).length >= 10")
    _ = try browser.text(paste, ["#metrics-key", "#metrics-form", try town.metricsKey()])
    try browser.wait("document.querySelector('#live-panels .facts-list').textContent.length > 20")
    // The token is kept in the tab.
    try browser.open(town.address)
    try browser.wait("\(Self.cards).length >= 10")
  }

  @Test func aServerThatIsGoneIsTold() throws {
    let town = try Town()
    let browser = try visit(town)
    town.stop()
    try browser.wait("document.querySelector('#banner').textContent.includes('gone')")
    try browser.wait("!document.querySelector('#banner').hidden")
    let item = try #require(try items(browser).first)
    _ = try browser.text(
      "document.querySelector(`[data-item=\"${arguments[0]}\"] [data-action=like]`).click();"
        + "return ''", [item])
    try browser.wait("document.querySelector('#toasts').textContent.includes('does not answer')")
  }

  @Test func aNarrowScreenShowsOneSectionAtATime() throws {
    let town = try Town()
    let browser = try visit(town, width: 500, height: 844)
    let isWide = "document.documentElement.scrollWidth > innerWidth"
    for section in ["live", "you", "feed"] {
      _ = try browser.text("document.querySelector('[data-go=\(section)]').click(); return ''")
      #expect(
        try browser.text(
          """
          return Array.from(document.querySelectorAll('[data-section]'))
            .filter((element) => element.offsetParent !== null)
            .map((element) => element.dataset.section).join(' ');
          """) == section)
      #expect(try browser.text("return String(\(isWide))") == "false")
    }
  }
}
