/// The Unicode properties of `\p{…}`: ECMA-262, 22.2.1.1 and its tables 67 to 69, in PCRE2's words.
///
/// ECMA-262 takes each name in one spelling only; PCRE2 is looser, so the names are checked here.
enum ECMARegexProperty {
  /// A property as the inside of a PCRE2 class; nil if ECMA-262 knows no such one.
  static func set(_ name: String, isNegated: Bool) -> String? {
    let escape = isNegated ? "\\P" : "\\p"
    let parts = name.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2 {
      switch parts[0] {
      case "General_Category", "gc": return category(parts[1]).map { "\(escape){\($0)}" }
      case "Script", "sc": return script(parts[1]).map { "\(escape){sc:\($0)}" }
      case "Script_Extensions", "scx": return script(parts[1]).map { "\(escape){scx:\($0)}" }
      default: return nil
      }
    }
    switch name {
    case "Any": return isNegated ? "" : "\\x{0}-\\x{10ffff}"
    case "ASCII": return isNegated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}"
    case "Assigned": return isNegated ? "\\p{Cn}" : "\\P{Cn}"
    default: return (category(name) ?? binary[name]).map { "\(escape){\($0)}" }
    }
  }

  /// PCRE2's name for a general category.
  private static func category(_ name: String) -> String? {
    guard let short = categories[name] else { return nil }
    return short == "LC" ? "L&" : short
  }

  /// PCRE2's name for a script: the same, but for two old aliases.
  private static func script(_ name: String) -> String? {
    guard scripts.contains(name) else { return nil }
    switch name {
    case "Qaac": return "Copt"
    case "Qaai": return "Zinh"
    default: return name
    }
  }

  /// Every name of a line, with the line's first name.
  private static func firstNames(of lines: String) -> [String: String] {
    var names: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      for word in words { names[word] = words[0] }
    }
    return names
  }

  /// PropertyValueAliases.txt, General_Category.
  private static let categories = firstNames(
    of: """
      L Letter
      LC Cased_Letter
      Lu Uppercase_Letter
      Ll Lowercase_Letter
      Lt Titlecase_Letter
      Lm Modifier_Letter
      Lo Other_Letter
      M Mark Combining_Mark
      Mn Nonspacing_Mark
      Mc Spacing_Mark
      Me Enclosing_Mark
      N Number
      Nd Decimal_Number digit
      Nl Letter_Number
      No Other_Number
      P Punctuation punct
      Pc Connector_Punctuation
      Pd Dash_Punctuation
      Ps Open_Punctuation
      Pe Close_Punctuation
      Pi Initial_Punctuation
      Pf Final_Punctuation
      Po Other_Punctuation
      S Symbol
      Sm Math_Symbol
      Sc Currency_Symbol
      Sk Modifier_Symbol
      So Other_Symbol
      Z Separator
      Zs Space_Separator
      Zl Line_Separator
      Zp Paragraph_Separator
      C Other
      Cc Control cntrl
      Cf Format
      Cs Surrogate
      Co Private_Use
      Cn Unassigned
      """
  )

  /// ECMA-262, table 68: binary Unicode properties, without the three that `set` spells out.
  private static let binary = firstNames(
    of: """
      ASCII_Hex_Digit AHex
      Alphabetic Alpha
      Bidi_Control Bidi_C
      Bidi_Mirrored Bidi_M
      Case_Ignorable CI
      Cased
      Changes_When_Casefolded CWCF
      Changes_When_Casemapped CWCM
      Changes_When_Lowercased CWL
      Changes_When_NFKC_Casefolded CWKCF
      Changes_When_Titlecased CWT
      Changes_When_Uppercased CWU
      Dash
      Default_Ignorable_Code_Point DI
      Deprecated Dep
      Diacritic Dia
      Emoji
      Emoji_Component EComp
      Emoji_Modifier EMod
      Emoji_Modifier_Base EBase
      Emoji_Presentation EPres
      Extended_Pictographic ExtPict
      Extender Ext
      Grapheme_Base Gr_Base
      Grapheme_Extend Gr_Ext
      Hex_Digit Hex
      IDS_Binary_Operator IDSB
      IDS_Trinary_Operator IDST
      ID_Continue IDC
      ID_Start IDS
      Ideographic Ideo
      Join_Control Join_C
      Logical_Order_Exception LOE
      Lowercase Lower
      Math
      Noncharacter_Code_Point NChar
      Pattern_Syntax Pat_Syn
      Pattern_White_Space Pat_WS
      Quotation_Mark QMark
      Radical
      Regional_Indicator RI
      Sentence_Terminal STerm
      Soft_Dotted SD
      Terminal_Punctuation Term
      Unified_Ideograph UIdeo
      Uppercase Upper
      Variation_Selector VS
      White_Space space
      XID_Continue XIDC
      XID_Start XIDS
      """
  )

  /// PropertyValueAliases.txt, Script, up to Unicode 15: long and short names.
  private static let scripts = Set(
    """
    Adlam Adlm Aghb Ahom Anatolian_Hieroglyphs Arab Arabic Armenian Armi Armn Avestan Avst Bali
    Balinese Bamu Bamum Bass Bassa_Vah Batak Batk Beng Bengali Bhaiksuki Bhks Bopo Bopomofo Brah
    Brahmi Brai Braille Bugi Buginese Buhd Buhid Cakm Canadian_Aboriginal Cans Cari Carian
    Caucasian_Albanian Chakma Cham Cher Cherokee Chorasmian Chrs Common Copt Coptic Cpmn Cprt
    Cuneiform Cypriot Cypro_Minoan Cyrillic Cyrl Deseret Deva Devanagari Diak Dives_Akuru Dogr
    Dogra Dsrt Dupl Duployan Egyp Egyptian_Hieroglyphs Elba Elbasan Elym Elymaic Ethi Ethiopic
    Geor Georgian Glag Glagolitic Gong Gonm Goth Gothic Gran Grantha Greek Grek Gujarati Gujr
    Gunjala_Gondi Gurmukhi Guru Han Hang Hangul Hani Hanifi_Rohingya Hano Hanunoo Hatr Hatran
    Hebr Hebrew Hira Hiragana Hluw Hmng Hmnp Hung Imperial_Aramaic Inherited
    Inscriptional_Pahlavi Inscriptional_Parthian Ital Java Javanese Kaithi Kali Kana Kannada
    Katakana Kawi Kayah_Li Khar Kharoshthi Khitan_Small_Script Khmer Khmr Khoj Khojki Khudawadi
    Kits Knda Kthi Lana Lao Laoo Latin Latn Lepc Lepcha Limb Limbu Lina Linb Linear_A Linear_B
    Lisu Lyci Lycian Lydi Lydian Mahajani Mahj Maka Makasar Malayalam Mand Mandaic Mani
    Manichaean Marc Marchen Masaram_Gondi Medefaidrin Medf Meetei_Mayek Mend Mende_Kikakui Merc
    Mero Meroitic_Cursive Meroitic_Hieroglyphs Miao Mlym Modi Mong Mongolian Mro Mroo Mtei Mult
    Multani Myanmar Mymr Nabataean Nag_Mundari Nagm Nand Nandinagari Narb Nbat New_Tai_Lue Newa
    Nko Nkoo Nshu Nushu Nyiakeng_Puachue_Hmong Ogam Ogham Ol_Chiki Olck Old_Hungarian Old_Italic
    Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur
    Oriya Orkh Orya Osage Osge Osma Osmanya Ougr Pahawh_Hmong Palm Palmyrene Pau_Cin_Hau Pauc
    Perm Phag Phags_Pa Phli Phlp Phnx Phoenician Plrd Prti Psalter_Pahlavi Qaac Qaai Rejang Rjng
    Rohg Runic Runr Samaritan Samr Sarb Saur Saurashtra Sgnw Sharada Shavian Shaw Shrd Sidd
    Siddham SignWriting Sind Sinh Sinhala Sogd Sogdian Sogo Sora Sora_Sompeng Soyo Soyombo Sund
    Sundanese Sylo Syloti_Nagri Syrc Syriac Tagalog Tagb Tagbanwa Tai_Le Tai_Tham Tai_Viet Takr
    Takri Tale Talu Tamil Taml Tang Tangsa Tangut Tavt Telu Telugu Tfng Tglg Thaa Thaana Thai
    Tibetan Tibt Tifinagh Tirh Tirhuta Tnsa Toto Ugar Ugaritic Unknown Vai Vaii Vith Vithkuqi
    Wancho Wara Warang_Citi Wcho Xpeo Xsux Yezi Yezidi Yi Yiii Zanabazar_Square Zanb Zinh Zyyy
    Zzzz
    """.split { $0 == " " || $0 == "\n" }.map(String.init)
  )
}
