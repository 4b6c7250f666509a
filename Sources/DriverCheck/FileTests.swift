internal import DriverHost

/// What is found out from the file alone.
extension CheckTest {
  static let fileTests: [CheckTest] = [
    CheckTest(
      name: "file",
      title: "the file is a driver that this host can use",
      rules: ["LIB-1", "LIB-7", "DESC-1", "DESC-2", "DESC-11"],
      place: .file { subject in
        let findings = DriverInspection.fileFaults(in: subject.path)
          .map { CheckFinding($0.rule, $0.text) }
        guard findings.isEmpty, let rejection = subject.rejection else { return findings }
        return [CheckFinding("LIB-7", rejection)]
      },
      isAboutAnyFile: true
    ),
    CheckTest(
      name: "linking",
      title: "it exports its entry alone, and links what a driver may link",
      rules: ["LIB-2", "LIB-3", "LIB-4", "LIB-8", "PROC-5"],
      place: .file { subject in
        guard subject.driver != nil else { return [] }
        let entry = DriverInspection.missingEntry(in: subject.path).map { [$0] } ?? []
        return (entry + DriverInspection.linkFaults(in: subject.path))
          .map { CheckFinding($0.rule, $0.text) }
      }
    ),
    CheckTest(
      name: "schema",
      title: "its inputs are a schema, and its secrets are marked",
      rules: ["DESC-8", "DESC-9", "DESC-10"],
      place: .file { subject in
        guard let descriptor = subject.driver?.descriptor else { return [] }
        do throws(HostError) {
          let schema = try InputSchema(descriptor)
          return DescriptorWords.unmarkedSecrets(of: descriptor, schema)
        } catch {
          if error.faults.isEmpty { return [CheckFinding("DESC-8", error.message)] }
          return error.faults.map { CheckFinding($0.rule ?? "DESC-8", $0.description) }
        }
      }
    ),
    CheckTest(
      name: "words",
      title: "actions and inputs say what they are, and examples are valid",
      rules: ["DESC-14"],
      place: .file { subject in
        guard let descriptor = subject.driver?.descriptor else { return [] }
        return DescriptorWords.findings(in: descriptor)
      }
    ),
    CheckTest(
      name: "names",
      title: "its keys, words and names are the standard's, or its own by a dot",
      rules: ["DESC-9", "DESC-17", "VAL-9"],
      place: .file { subject in
        guard let descriptor = subject.driver?.descriptor else { return [] }
        return DescriptorVocabulary.findings(in: descriptor)
      }
    ),
    CheckTest(
      name: "interfaces",
      title: "it names the interfaces that it answers and needs",
      rules: ["DESC-7"],
      place: .file { subject in
        guard let descriptor = subject.driver?.descriptor else { return [] }
        // Those of others have the reverse DNS of who made them, and are theirs to know.
        let unknown = (descriptor.abi + descriptor.needs).filter {
          ($0.hasPrefix("dh.") || !$0.prefix { $0 != "/" }.contains("."))
            && !HostABI.interfaces.contains($0) && $0 != HostABI.driverInterface
        }
        var findings = unknown.map {
          CheckFinding(
            "DESC-7",
            "it names \($0), which this version of the ABI does not have; ids of others begin with reverse DNS"
          )
        }
        if descriptor.execution == .nonblocking, !descriptor.needs.contains("dh.reactor/1") {
          findings.append(
            CheckFinding(
              "DESC-7",
              "it is non-blocking and does not name dh.reactor/1 under \"needs\": a host without it would load it all the same"
            )
          )
        }
        return findings
      }
    ),
  ]
}

extension Array where Element: Hashable {
  /// Each element once, in its first place.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
