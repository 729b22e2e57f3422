/// Golden tokens from the reference tokenizer: `tokenizers` 0.23 in Python, with BertNormalizer,
/// BertPreTokenizer and WordPiece over these pieces, for texts made up for this test.
enum TokenGolden {
  /// The lines of a vocabulary, a space between two.
  static let pieces = """
    [PAD] [UNK] [CLS] [SEP] [MASK] night train of europe the a cat dog run snow river bread moun \
    tain ##s ##ing ##tain ##ner ##ed ##er ##ly un ##happy ##happi ##ness cafe resume naive over \
    ##whelm zurich istanbul strasse straße ß ø ł i o e u n ##o ##a ##e ##i ##u ##l ##n ##z ##k 東 \
    京 寿 司 山 ᄒ ##ᅡ ##ᆫ ᄀ ##ᅳ ##ᆯ москва ##ва мос привет мир και θαλασσα σ ##σ ##ς مرحبا שלום नमस \
    ##त नमसत ##े สว ##ส ##ด # ! " $ % & ' ( ) * + , - . / 0 1 2 3 10 ##0 ##1 20 ##26 : ; < = > ? \
    @ [ ] ^ _ ` { | } ~ € £ … — “ ” ‘ ’ « » 。 、 ！ ？ · ¿ ¡ 🎉 🚆 ❤ ❄ ##❤ x y z s t ##t ##y ##x ##b \
    b c d f g h j k l m p q r v w ff ﬁ ² ½ № ™ ° × sep ##sep cls
    """

  /// A text and its tokens.
  static let rows: [(text: String, tokens: [Int32])] = [
    (
      "",
      [2, 3]
    ),
    (
      "   \u{9}\u{d}\u{a} ",
      [2, 3]
    ),
    (
      "Night trains of Europe",
      [2, 5, 6, 19, 7, 8, 3]
    ),
    (
      "NIGHT TRAIN!",
      [2, 5, 6, 87, 3]
    ),
    (
      "the cat, running: unhappiness?",
      [2, 9, 11, 97, 13, 53, 20, 110, 26, 28, 29, 115, 3]
    ),
    (
      "unhappily overwhelmed",
      [2, 26, 28, 25, 33, 34, 23, 3]
    ),
    (
      "Caf\u{e9} r\u{e9}sum\u{e9} na\u{ef}ve",
      [2, 30, 31, 32, 3]
    ),
    (
      "Cafe\u{301} re\u{301}sume\u{301}",
      [2, 30, 31, 3]
    ),
    (
      "Z\u{fc}rich \u{d8} \u{141}\u{f3}d\u{17a} \u{130}stanbul ISTANBUL \u{131}I",
      [2, 35, 40, 1, 36, 36, 1, 3]
    ),
    (
      "Stra\u{df}e STRASSE \u{1e9e}",
      [2, 38, 37, 39, 3]
    ),
    (
      "\u{6771}\u{4eac} \u{5bff}\u{53f8}",
      [2, 56, 57, 58, 59, 3]
    ),
    (
      "\u{6771}\u{4eac}\u{30bf}\u{30ef}\u{30fc}",
      [2, 56, 57, 1, 3]
    ),
    (
      "\u{5c71}hill\u{5c71}",
      [2, 60, 162, 50, 52, 52, 60, 3]
    ),
    (
      "\u{d55c}\u{ae00} \u{d55c}",
      [2, 1, 61, 62, 63, 3]
    ),
    (
      "Москва, привет МИР!",
      [2, 67, 97, 70, 71, 87, 3]
    ),
    (
      "Και Θάλασσα Σ\u{38a}ΓΜΑ ς",
      [2, 72, 73, 1, 1, 3]
    ),
    (
      "\u{645}\u{64e}\u{631}\u{652}\u{62d}\u{64e}\u{628}\u{64b}\u{627}",
      [2, 77, 3]
    ),
    (
      "\u{5e9}\u{5b8}\u{5c1}\u{5dc}\u{5d5}\u{5b9}\u{5dd}",
      [2, 78, 3]
    ),
    (
      "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}",
      [2, 81, 3]
    ),
    (
      "\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}",
      [2, 83, 84, 85, 3]
    ),
    (
      "ночной поезд",
      [2, 1, 1, 3]
    ),
    (
      "\u{1f389} party \u{1f389}\u{1f686}",
      [2, 143, 1, 1, 3]
    ),
    (
      "\u{2764}\u{fe0f} \u{2744}\u{fe0f} snow\u{2764}",
      [2, 145, 146, 14, 147, 3]
    ),
    (
      "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}",
      [2, 1, 3]
    ),
    (
      "a\u{200b}b\u{ad}c",
      [2, 1, 3]
    ),
    (
      "a\u{0}b\u{7}c\u{fffd}d",
      [2, 1, 3]
    ),
    (
      "x\u{a0}y\u{3000}z\u{2003}s\u{2028}t",
      [2, 148, 149, 150, 151, 152, 3]
    ),
    (
      "don't \"quote\" (me)",
      [2, 159, 47, 53, 92, 152, 88, 168, 51, 47, 153, 49, 88, 93, 166, 49, 94, 3]
    ),
    (
      "\u{201c}the\u{201d} \u{2018}cat\u{2019} \u{2014} dog\u{2026} \u{ab}river\u{bb}",
      [2, 130, 9, 131, 132, 11, 133, 129, 12, 128, 134, 15, 135, 3]
    ),
    (
      "10\u{20ac} \u{a3}20 $1,000.10 2026!",
      [2, 1, 1, 89, 102, 97, 101, 106, 106, 99, 105, 108, 109, 87, 3]
    ),
    (
      "a_b-c/d@e#f",
      [2, 10, 120, 157, 98, 158, 100, 159, 116, 44, 86, 160, 3]
    ),
    (
      "\u{bf}river? \u{a1}snow!",
      [2, 141, 15, 115, 142, 14, 87, 3]
    ),
    (
      "\u{3002}\u{3001}\u{ff01}\u{ff1f}",
      [2, 136, 137, 138, 139, 3]
    ),
    (
      "\u{fb01} ff \u{b2} \u{bd} \u{2116} \u{2122} \u{b0} \u{d7}",
      [2, 173, 172, 174, 175, 176, 177, 178, 179, 3]
    ),
    (
      "\u{37e}\u{1fef}\u{212b}",
      [2, 111, 121, 10, 3]
    ),
    (
      "\u{4e2d}\u{6587}\u{4e2d}\u{6587}\u{4e2d}\u{6587}",
      [2, 1, 1, 1, 1, 1, 1, 3]
    ),
    (
      "\u{f900}\u{2f80}0",
      [2, 1, 1, 3]
    ),
    (
      "a\u{e000}b \u{378}",
      [2, 10, 156, 1, 3]
    ),
    (
      "t\u{301}\u{323}s\u{308}",
      [2, 152, 19, 3]
    ),
    (
      "\u{302e}\u{301}a",
      [2, 1, 3]
    ),
    (
      "[ cls ] a ^ ~ ` { | }",
      [2, 117, 182, 118, 10, 119, 125, 121, 122, 123, 124, 3]
    ),
    (
      "e\u{301}\u{301} \u{301} \u{301}a",
      [2, 44, 10, 3]
    ),
    (
      "\u{1d40d}ight \u{24b6}",
      [2, 1, 1, 3]
    ),
    (
      "\u{1c4} \u{1c5} \u{1f88}",
      [2, 1, 1, 1, 3]
    ),
    (
      "\u{85}a\u{b}b",
      [2, 10, 156, 3]
    ),
    (
      "snow\u{a}river\u{9}bread",
      [2, 14, 15, 16, 3]
    ),
    (
      "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq zzz tt ##s",
      [2, 1, 150, 54, 54, 152, 153, 86, 86, 151, 3]
    ),
  ]
}
