import CLinux
import Glibc

/// The rules on who may be able to change a driver's file: root and the current user, nobody else.
///
/// What can change the file can run code in this process. That is whoever owns or may write the
/// file, the folder that it stands in (to put another file under its name), or a folder further up
/// (to put another folder there). The same holds for a link that leads to the file.
struct TrustRules {
  private let user = geteuid()
  /// Folders that were looked at; nil where nothing is wrong.
  private var folders: [ExactName: String?] = [:]

  init() {}

  /// Why a file, given by its resolved path and the status of its open descriptor, is not trusted.
  mutating func fault(of file: FileStatus, at path: String) -> String? {
    if let fault = ownerFault(of: file, "it") ?? writerFault(of: file, at: path, "it") {
      return fault
    }
    return fault(ofFolder: Folder.parent(of: path))
  }

  /// Why the drivers in a folder, given by its resolved path, are not trusted.
  mutating func fault(ofFolder path: String) -> String? {
    let name = ExactName(path)
    if let known = folders[name] { return known }
    let fault = checkFolder(path)
    folders[name] = .some(fault)
    return fault
  }

  /// Why the links that lead to a file are not trusted, each given by its name in a folder without
  /// links.
  ///
  /// Nobody can write into a link, so what counts is who can put another one in its place.
  func fault(ofLinks links: [String]) -> String? {
    for link in links {
      let status: FileStatus
      do {
        status = try FileStatus.ofLink(link)
      } catch {
        return "the link \(link) cannot be looked at: \(error)"
      }
      if let fault = ownerFault(of: status, "the link \(link)") { return fault }
      var here = link
      while here != "/" {
        here = Folder.parent(of: here)
        let subject = "the folder \(here) of the link \(link)"
        if let fault = fault(ofFolder: here, subject, isAncestor: true) { return fault }
      }
    }
    return nil
  }

  private func checkFolder(_ path: String) -> String? {
    if let fault = fault(ofFolder: path, "its folder \(path)", isAncestor: false) { return fault }
    var here = path
    while here != "/" {
      here = Folder.parent(of: here)
      if let fault = fault(ofFolder: here, "its folder \(here)", isAncestor: true) { return fault }
    }
    return nil
  }

  private func fault(
    ofFolder path: String,
    _ subject: String,
    isAncestor: Bool
  ) -> String? {
    let status: FileStatus
    do {
      status = try FileStatus.ofLink(path)
    } catch {
      return "\(subject) cannot be looked at: \(error)"
    }
    // The path was resolved, so a link means that somebody changed it in between.
    guard status.kind == .folder else { return "\(subject) was changed meanwhile: try again" }
    if let fault = ownerFault(of: status, subject) { return fault }
    // In a sticky folder only an entry's owner can rename or remove it.
    if isAncestor, status.permissions & TrustRules.sticky != 0 { return nil }
    return writerFault(of: status, at: path, subject)
  }

  private static let sticky: UInt32 = 0o1000

  private func ownerFault(of status: FileStatus, _ subject: String) -> String? {
    guard status.owner != 0, status.owner != user else { return nil }
    let names = user == 0 ? "root" : "root or \(UserNames.user(user))"
    return
      "\(subject) belongs to \(UserNames.user(status.owner)), who could change what runs here: "
      + "have \(names) own it"
  }

  private func writerFault(of status: FileStatus, at path: String, _ subject: String) -> String? {
    let mode = String(status.permissions, radix: 8)
    if status.permissions & 0o002 != 0 {
      return "everybody can write \(subject) (mode \(mode)): chmod o-w \(path)"
    }
    guard status.permissions & 0o020 != 0 else { return nil }
    guard UserNames.isPrivateGroup(status.group, of: status.owner) else {
      return "the group \(UserNames.group(status.group)) can write \(subject) (mode \(mode)): "
        + "chmod g-w \(path)"
    }
    // With an access control list the group bits are its mask, and may stand for other users.
    guard unsafe getxattr(path, "system.posix_acl_access", nil, 0) < 0 else {
      return
        "its access control list lets others than the owner write \(subject): setfacl -b \(path)"
    }
    return nil
  }
}
