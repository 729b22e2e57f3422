/// Topics with words of their own, from which titles are made that read like titles.
enum Vocabulary {
  /// A topic, the category it stands in, and what its titles speak of.
  struct Topic {
    var name: String
    var category: String
    var things: [String]
    var deeds: [String]
  }

  static let regions = ["kyiv", "lisbon", "nairobi", "osaka", "toronto", "valparaiso"]

  static let names = [
    "ada", "bruno", "carla", "dmytro", "elif", "femi", "grace", "hana", "ivo", "jun", "kofi",
    "lena", "marta", "nils", "olena", "paulo", "quinn", "rosa", "sami", "tara", "uma", "viktor",
    "wanda", "ximena", "yara", "zoe",
  ]

  static let frames = [
    "Why {thing} {deed}", "{thing}: what nobody tells you", "How I learned to love {thing}",
    "The quiet return of {thing}", "Ten minutes with {thing}", "When {thing} {deed}",
    "A field guide to {thing}", "{thing} against {other}", "From {thing} to {other}",
    "What {thing} and {other} have in common", "{thing}, one year on",
    "The week in {topic}: {thing} and {other}",
  ]

  static let topics = [
    Topic(
      name: "cycling", category: "sport",
      things: ["gravel bikes", "night rides", "old steel frames", "the long climb", "commuting"],
      deeds: ["feel faster than they are", "beat the bus", "are worth the mud"]),
    Topic(
      name: "football", category: "sport",
      things: ["late goals", "the back three", "street football", "a young keeper", "away days"],
      deeds: ["change a season", "still surprise", "win nothing and everything"]),
    Topic(
      name: "cooking", category: "life",
      things: ["sourdough", "one-pan dinners", "black garlic", "market tomatoes", "slow broth"],
      deeds: ["need more time", "forgive mistakes", "taste better the next day"]),
    Topic(
      name: "gardening", category: "life",
      things: ["balcony beans", "wild corners", "rain barrels", "heirloom seeds", "moss"],
      deeds: ["grow on neglect", "bring the bees back", "outlive the fence"]),
    Topic(
      name: "space", category: "science",
      things: ["moon dust", "small satellites", "a distant comet", "cheap rockets", "dark skies"],
      deeds: ["keep their secrets", "fall back to earth", "are closer than you think"]),
    Topic(
      name: "biology", category: "science",
      things: ["octopus sleep", "tiny tardigrades", "gut flora", "bird song", "deep-sea worms"],
      deeds: ["rewrite the textbook", "remember more than we do", "adapt overnight"]),
    Topic(
      name: "programming", category: "technology",
      things: ["type systems", "old compilers", "quiet refactors", "flaky tests", "small tools"],
      deeds: ["pay for themselves", "break on Fridays", "teach you patience"]),
    Topic(
      name: "hardware", category: "technology",
      things: ["mechanical keyboards", "home servers", "e-paper", "tiny fans", "solar chargers"],
      deeds: ["hum along for years", "never quite fit", "do one thing well"]),
    Topic(
      name: "cinema", category: "culture",
      things: ["silent film", "the long take", "midnight premieres", "b-movies", "bad sequels"],
      deeds: ["age like wine", "fill the last row", "find an audience"]),
    Topic(
      name: "music", category: "culture",
      things: ["tape loops", "brass bands", "bedroom pop", "broken pianos", "field recordings"],
      deeds: ["come around again", "sound better loud", "travel light"]),
    Topic(
      name: "trains", category: "travel",
      things: ["night trains", "branch lines", "the dining car", "mountain passes", "slow routes"],
      deeds: ["arrive rested", "cross five borders", "beat the airport"]),
    Topic(
      name: "hiking", category: "travel",
      things: ["ridge walks", "winter huts", "wrong turns", "light tents", "coastal paths"],
      deeds: ["clear the head", "start before dawn", "end in soup"]),
  ]

  /// A title of a topic.
  static func title(_ topic: Int, _ chance: inout SplitMix) -> String {
    let words = topics[topic]
    let thing = chance.pick(words.things)
    var other = chance.pick(words.things)
    if other == thing { other = chance.pick(topics[chance.below(topics.count)].things) }
    var title = ""
    var name = ""
    var isName = false
    for character in chance.pick(frames) {
      switch character {
      case "{": isName = true
      case "}":
        switch name {
        case "thing": title += thing
        case "other": title += other
        case "deed": title += chance.pick(words.deeds)
        default: title += words.name
        }
        name = ""
        isName = false
      default: if isName { name.append(character) } else { title.append(character) }
      }
    }
    return title.prefix(1).uppercased() + title.dropFirst()
  }
}
