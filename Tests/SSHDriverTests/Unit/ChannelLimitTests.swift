import Testing

@testable import SSHDriver

@Suite("How many channels a server can bear")
struct ChannelLimitTests {
  @Test(
    "is one for a dropbear that mixes up its channels, and any number for others",
    arguments: [
      ("SSH-2.0-dropbear_2022.83", 1), ("SSH-2.0-dropbear_2022.82", 1),
      ("SSH-2.0-dropbear_2024.85", 1), ("SSH-2.0-dropbear", 1), ("SSH-2.0-dropbear_", 1),
      ("SSH-2.0-dropbear_x.y", 1), ("SSH-2.0-dropbear_2020.81", Int.max),
      ("SSH-2.0-dropbear_2024.86", .max), ("SSH-2.0-dropbear_2025.88", .max),
      ("SSH-2.0-OpenSSH_9.2p1 Debian-2", .max), ("", .max),
    ]
  )
  func bearable(banner: String, count: Int) {
    #expect(ChannelOpener.bearable(banner: banner) == count)
  }
}
