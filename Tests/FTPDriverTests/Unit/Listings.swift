import FileKit

@testable import FTPDriver

/// Listings as servers give them, and what is in them.
enum Listings {
  /// 2026-11-27 12:00:00 in UTC.
  static let now: Int64 = 1_795_780_800
  static let clock = ListingClock(now: now)
  static let directory = RemotePath("/d")

  static let mlsd = """
    type=cdir;modify=20241127083412;UNIX.mode=0755; .\r
    type=pdir;modify=20241127083412;UNIX.mode=0755; ..\r
    modify=20241127083412;perm=adfrw;size=12;type=file;unique=801U3;UNIX.mode=0644; a.txt\r
    Type=dir;Modify=20240229235960;Perm=el;UNIX.mode=02750;UNIX.ownername=ann;UNIX.groupname=x; b  c\r
    size=9223372036854775808;type=OS.unix=slink:/a b;modify=20241301000000;  l; x\r

    """

  static let unix = """
    total 12\r
    drwxr-xr-x    2 1000     1000         4096 Nov 27 08:34 .\r
    drwxr-xr-x    2 1000     1000         4096 Nov 27 08:34 ..\r
    -rw-r--r--    1 1000     1000           12 Nov 27 08:34 a.txt\r
    drwxr-s---    2 ann      users        4096 Feb 29  2024  b c \r
    lrwxrwxrwx    1 ann      users           7 Dec  1 08:34 l -> ../a -> b\r

    """

  static let dos = """
    11-27-24  08:34AM       <DIR>          a b\r
    11-27-2024  20:34                1,234  c\r
    11-27-24  12:05AM       <JUNCTION>     j [C:\\x]\r

    """

  /// What a parser finds in some bytes, given in pieces.
  static func items(
    _ pieces: [[UInt8]],
    form: ListingParser.Form? = nil,
    encoding: NameEncoding = .utf8
  ) -> (items: [ListingParser.Item], form: ListingParser.Form?) {
    var parser = ListingParser(
      directory: directory,
      form: form,
      encoding: encoding,
      clock: clock
    )
    var items: [ListingParser.Item] = []
    for piece in pieces { parser.append(piece.span) { items.append($0) } }
    parser.finish { items.append($0) }
    return (items, parser.form)
  }

  static func entries(_ items: [ListingParser.Item]) -> [FileEntry] {
    items.compactMap { if case .entry(let entry) = $0 { entry } else { nil } }
  }

  static func faults(_ items: [ListingParser.Item]) -> [ListingFault] {
    items.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
  }
}
