/// What a node's tag means for how it is read.
enum YAMLTag {
  /// No tag, or one that is dropped: read by its kind.
  case none
  /// `!`: read by its kind, without looking at what a scalar's text resembles.
  case nonSpecific
  case core(Core)
  case refused(reason: String)

  /// The tags of the core schema (YAML 1.2, section 10.3).
  enum Core: String {
    case null
    case bool
    case int
    case float
    case str
    case list = "seq"
    case map
  }

  private static let yamlAuthority = "yaml.org,2002"
  private static let yamlPrefix = "tag:\(yamlAuthority):"

  /// The names by which tags say that a node is an object of a program.
  private static let languages: Set<Substring> = [
    "csharp", "dotnet", "erlang", "go", "golang", "haskell", "java", "javascript", "js", "lua",
    "net", "node", "perl", "php", "python", "ruby", "rust", "swift",
  ]

  /// The meaning of a tag whose handle has been resolved.
  init(_ tag: String?) {
    guard let tag else {
      self = .none
      return
    }
    if tag == "!" {
      self = .nonSpecific
    } else if tag.hasPrefix("!") {
      self = .none
    } else if YAMLTag.namesLanguage(tag) {
      self = .refused(
        reason:
          "the tag \(FaultText.name(tag)) names a type of a programming language; remove the tag"
      )
    } else if tag.hasPrefix(YAMLTag.yamlPrefix) {
      self.init(yamlName: String(tag.dropFirst(YAMLTag.yamlPrefix.count)))
    } else {
      self = .none
    }
  }

  private init(yamlName name: String) {
    if let core = Core(rawValue: name) {
      self = .core(core)
      return
    }
    let cure =
      switch name {
      case "binary": "; remove it and write base64 text where bytes are wanted"
      case "timestamp": "; remove it and write the time as text"
      case "set", "omap", "pairs": "; remove it and write a map or a list"
      default: "; remove it"
      }
    self = .refused(
      reason:
        "the tag \(FaultText.name("!!" + name)) is not in YAML's core schema (null, bool, int, "
        + "float, str, seq, map)\(cure)"
    )
  }

  /// Whether a tag's first segment behind its authority is a language's: `python/object/apply:…`.
  ///
  /// Elsewhere in an address such words are nobody's business: `http://example.net/go`.
  private static func namesLanguage(_ tag: String) -> Bool {
    let (authority, path) = parts(of: tag.lowercased())
    // Type names of Java and .NET have dots, and no slash.
    let isOfYAML = authority == yamlAuthority
    let segment = path.prefix { $0 != "/" && $0 != ":" && $0 != "#" && !(isOfYAML && $0 == ".") }
    // Ruby once had `ruby.yaml.org` as its authority.
    let owner = authority.hasSuffix(".yaml.org,2002") ? authority.prefix { $0 != "." } : ""
    return languages.contains(segment) || languages.contains(owner)
  }

  /// What stands for an organization in a tag's address, and what stands behind it.
  private static func parts(of tag: String) -> (authority: Substring, path: Substring) {
    if tag.hasPrefix("tag:") {
      let rest = tag.dropFirst("tag:".count)
      let authority = rest.prefix { $0 != ":" }
      return (authority, rest.dropFirst(authority.count + 1))
    }
    guard let start = tag.firstRange(of: "://")?.upperBound else { return ("", tag[...]) }
    let authority = tag[start...].prefix { $0 != "/" }
    return (authority, tag[start...].dropFirst(authority.count + 1))
  }
}
