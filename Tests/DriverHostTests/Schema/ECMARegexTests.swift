import Testing

@testable import DriverHost

@Suite("Patterns of ECMA-262")
struct ECMARegexTests {
  @Test(
    "match what ECMA-262 says",
    arguments: [
      (#"^\d+$"#, "123", true),
      // ECMA-262 digits are ASCII digits, and `$` is the very end.
      (#"^\d$"#, "٣", false),
      ("^a$", "a\n", false),
      (#"^\w+$"#, "é", false),
      (#"^\s$"#, "\u{FEFF}", true),
      (#"^\s$"#, "\u{2003}", true),
      (#"^\S$"#, "\u{A0}", false),
      (#"^[\s\S]$"#, "\u{2028}", true),
      ("^.$", "\u{2028}", false),
      ("^.$", "\r", false),
      ("^.$", "😀", true),
      (#"^\u{1F600}$"#, "😀", true),
      (#"^\uD83D\uDE00$"#, "😀", true),
      (#"\uD83D"#, "😀", false),
      (#"^[\uD83D\uDE00-\uD83D\uDE02]$"#, "😁", true),
      (#"^\p{L}+$"#, "Straße", true),
      (#"^\p{Letter}\p{Lu}\P{Lu}$"#, "aBc", true),
      (#"^\p{Script=Greek}+$"#, "αβγ", true),
      (#"^\p{gc=Nd}$"#, "٣", true),
      (#"^[^\p{L}\d]$"#, "-", true),
      (#"^\cJ$"#, "\n", true),
      (#"^\0$"#, "\u{0}", true),
      ("[]", "a", false),
      ("^[^]$", "\n", true),
      // A group that took no part matches empty, before it and after it.
      (#"^(?:(a)|b)\1$"#, "b", true),
      (#"^\1(a)$"#, "a", true),
      (#"^(?<x>a)\k<x>$"#, "aa", true),
      (#"^(?:(?<x>a)|(?<x>b))\k<x>$"#, "bb", true),
      (#"^(?:(?<x>a)|(?<x>b))\k<x>$"#, "ba", false),
      (#"(?<=\$)\d+"#, "$42", true),
      (#"(?<!\$)\b42"#, "$42", false),
      // What means something to PCRE2 only stands for itself or for what ECMA-262 says.
      ("^[[:alpha:]$", ":", true),
      (#"^a\/b$"#, "a/b", true),
      ("^# x$", "# x", true),
      (#"^(?i:Ä)b$"#, "äb", true),
      (#"^(?i:ä)b$"#, "äB", false),
      (#"(?m:^b$)"#, "a\u{2028}b\nc", true),
      (#"(?s:a.b)"#, "a\nb", true),
      ("", "anything", true),
    ]
  )
  func match(pattern: String, text: String, isMatch: Bool) throws {
    let regex = try ECMARegex(pattern)
    #expect(regex.match(text) == (isMatch ? .matched : .notMatched))
  }

  @Test(
    "are refused with the reason and the place",
    arguments: [
      (#"\a"#, "`\\a` is no escape of ECMA-262", 1),
      (#"ab\-"#, "`\\-` is no escape of ECMA-262", 3),
      ("a{", "lone `{`; write `\\{` for the character itself", 2),
      ("a}", "lone `}`; write `\\}` for the character itself", 2),
      ("]", "lone `]`; write `\\]` for the character itself", 1),
      ("a++", "nothing to repeat before `+`", 3),
      ("*a", "nothing to repeat before `*`", 1),
      ("^*", "nothing to repeat", 2),
      ("(?=a)*", "nothing to repeat", 6),
      ("a{2,1}", "numbers out of order in a repetition", 2),
      ("(a", "`(` is not closed", 1),
      ("a)", "unmatched `)`", 2),
      ("[a", "`[` is not closed", 1),
      ("[b-a]", "range out of order in a class", 2),
      (#"[a-\d]"#, "a range must be between two characters", 2),
      (#"(a)\2"#, "there is no group 2", 4),
      (#"\k<n>"#, "there is no group named `n`", 1),
      ("(?<n>a)(?<n>b)", "two groups are named `n`", 13),
      (#"\p{letter}"#, "`\\p{letter}` is no property of ECMA-262", 1),
      (#"\p{Script=Klingon}"#, "`\\p{Script=Klingon}` is no property of ECMA-262", 1),
      (#"\01"#, "`\\0` must not be followed by a digit", 1),
      (#"\c1"#, "`\\c` needs a letter", 1),
      (#"\xZ1"#, "2 hexadecimal digits are needed", 1),
      (#"\u{110000}"#, "no such character", 1),
      (#"\"#, "`\\` at the end", 1),
      // The syntax of PCRE2 and others.
      ("(?#a)", "`(?` begins no group that is known", 3),
      ("(?>a)", "`(?` begins no group that is known", 3),
      ("(?P<n>a)", "`(?` begins no group that is known", 3),
      ("(*UTF8)a", "nothing to repeat before `*`", 2),
      (#"\Qa\E"#, "`\\Q` is no escape of ECMA-262", 1),
      (#"\Z"#, "`\\Z` is no escape of ECMA-262", 1),
    ]
  )
  func refuse(pattern: String, reason: String, position: Int) {
    #expect(throws: ECMARegex.SyntaxFault(reason: reason, position: position)) {
      _ = try ECMARegex(pattern)
    }
  }

  @Test("are refused where PCRE2 cannot do them, and not misread")
  func lookbehinds() {
    #expect(throws: ECMARegex.SyntaxFault.self) { _ = try ECMARegex("(?<=a|bc)d(?<=(e|fg))") }
  }

  @Test(
    "that are right, and more than the host can do, are refused as that",
    arguments: [
      (
        String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000),
        "groups nest deeper than 250 levels"
      ),
      ("a{0,70000}", "at most 65535 repetitions are possible"),
      ("(?<=a+)b", "it is more than the regular expression library can do"),
    ]
  )
  func limits(pattern: String, reason: String) {
    let error = #expect(throws: ECMARegex.SyntaxFault.self) { _ = try ECMARegex(pattern) }
    #expect(error?.isLimit == true)
    #expect(error?.reason.hasPrefix(reason) == true)
  }

  @Test(
    "that take for ever are stopped",
    arguments: [#"^(a+)+$"#, #"^(a|a)*$"#, #"^(.*a){20}$"#, #"^(\w+\s?)*$"#]
  )
  func bombs(pattern: String) throws {
    let regex = try ECMARegex(pattern)
    #expect(regex.match(String(repeating: "a", count: 50_000) + "!") == .overWork)
  }

  @Test("that begin anew at each place are stopped as well")
  func quadratic() throws {
    let text = String(repeating: "a", count: 200_000)
    for pattern in ["(?:a|b)*[cd]", "(?:a|b)+?c|d", #"(?=a)[a-z]+\d"#, "[a-z]+[0-9]|a{3}[0-9]"] {
      #expect(try ECMARegex(pattern).match(text) == .overWork, "\(pattern)")
    }
  }

  @Test("that take one step for each part of a long text match it")
  func long() throws {
    let base64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    let text = String(repeating: "QUJD", count: 110_000)
    #expect(try ECMARegex(base64).match(text) == .matched)
    #expect(try ECMARegex(base64).match(text + "QQ==") == .matched)
    #expect(try ECMARegex(base64).match(text + "Q") == .notMatched)
    #expect(try ECMARegex("^[A-Za-z0-9+/]*={0,2}$").match(text) == .matched)
  }

  @Test("that take too much memory say so")
  func memory() throws {
    let regex = try ECMARegex("^(?:a|b)*$")
    var work = 20_000_000
    #expect(
      regex.match(String(repeating: "a", count: 2_000_000), work: &work) == .overMemory
    )
    #expect(work > 10_000_000)
  }

  @Test("count the work of every match")
  func work() throws {
    var work = 1_000
    #expect(try ECMARegex("^[a-z]+$").match("abc", work: &work) == .matched)
    #expect((990..<1_000).contains(work))
    let bomb = try ECMARegex("^(a+)+$")
    #expect(bomb.match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", work: &work) == .overWork)
    #expect(work == 0)
    #expect(try ECMARegex("x").match("x", work: &work) == .overWork)
  }

  @Test("match on many threads at once")
  func threads() async throws {
    let regex = try ECMARegex(#"^(\d+)-\1$"#)
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<64 {
        group.addTask {
          (0..<200).allSatisfy { offset in
            let text = String(number * 1000 + offset)
            return regex.match("\(text)-\(text)") == .matched
              && regex.match("\(text)-\(text)0") == .notMatched
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

extension ECMARegex {
  /// Looks for the pattern with as much work as a pattern of good manners takes.
  func match(_ text: String) -> PCRE2Pattern.Outcome {
    var work = 1_000_000
    return match(text, work: &work)
  }
}
