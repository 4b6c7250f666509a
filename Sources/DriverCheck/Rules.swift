internal import CDriverHeader

/// A rule of the driver ABI, as Docs/ABI.md has it.
package struct Rule: Sendable, Hashable {
  /// Such as `CALL-1`.
  package var id: String
  /// Whether a driver must keep it; otherwise it is the host's alone.
  package var isDrivers: Bool
  /// What it asks for.
  package var text: String
  /// Why.
  package var reason: String

  /// All of them, in the order of the page.
  package static let all = table(of: unsafe String(cString: driver_rules_text()))

  /// Why no test holds a driver against a rule of drivers, by its id.
  package static let untested: [String: String] = [
    "DESC-6": "says what `needs` is for; DESC-7 is the driver's part",
    "ENTRY-8": "another host is asked for the entry only where a process has two",
    "CHAN-12": "two threads that read at the same time do so by chance",
    "ROWS-9": "this host asks once; who takes the rows over may ask again",
    "PROC-12": "what is registered for the process's end does not show",
    "PROC-13": "seen only where a driver runs in a process of its own",
    "PROC-14": "threads of the libraries underneath look the same as its own",
    "PROC-15": "descriptors of the libraries underneath look the same as its own",
    "PROC-16": "how a library was loaded does not show",
    "PROC-17": "what is kept in memory does not show",
    "DESC-20": "what was accepted before is not in the file",
    "DESC-21": "libraries underneath do the same for reasons of their own",
    "DESC-22": "what such an action finds depends on its server",
    "DESC-12": "a file does not tell where its descriptor came from",
    "DESC-19": "no id under `implements` has a meaning yet",
    "CALL-11":
      "seen only where a host begins a call inside another one's `done`, which this one never does",
    "CALL-16": "what such a name does harm to is found by VAL-7",
    "LOOP-12": "what such an event does harm to is found by VAL-7",
    "LOOP-6": "a look-up that waits on the loop is found by CALL-4",
    "VAL-12": "what is not known is passed over, as VAL-7 has it: a later host knows more",
    "VAL-8": "what is no document is answered, and is nobody's fault",
    "ERR-6": "for hosts, and for tools that read errors",
    "ERR-7": "what is not reported cannot be seen",
  ]

  /// The rules in the tables of a page of Markdown.
  static func table(of page: String) -> [Rule] {
    page.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { String($0).trimmingSpaces() }
      // An empty cell stands before the first bar and after the last one.
      guard cells.count == 6, let hyphen = cells[1].firstIndex(of: "-"),
        cells[1][..<hyphen].utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }),
        Int(cells[1][hyphen...].dropFirst()) != nil
      else { return nil }
      return Rule(
        id: cells[1],
        isDrivers: cells[2] != "H",
        text: cells[3],
        reason: cells[4]
      )
    }
  }
}

extension String {
  /// Without spaces at either end.
  fileprivate func trimmingSpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
