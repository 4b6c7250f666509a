import Testing

@testable import SSHDriver

@Suite("What a host tells of itself")
struct SystemReportTests {
  @Test("is read from the program's lines, as far as they say something")
  func lines() {
    let report = SystemReport(
      """
      noise
      system\tLinux
      os\tDebian GNU/Linux 12 (bookworm)
      cpus\t4
      MemTotal:\t1
      MemTotal\t16384
      MemAvailable\t8192
      SwapTotal\tx
      uptime\t12.5
      load\t0.50 1.25 2.00 1/234 567
      disk\tFilesystem 1024-blocks Used Available Capacity Mounted on
      disk\t/dev/sda1 1000 400 500 45% /
      disk\t//nas/my share 2000 0 2000 0% /mnt/my share
      disk\tproc 0 0 0 - /proc
      disk\t

      """
    )
    #expect(report.texts == ["system": "Linux", "os": "Debian GNU/Linux 12 (bookworm)"])
    #expect(report.processors == 4 && report.uptime == 12.5)
    #expect(report.memory == ["total": 16_777_216, "available": 8_388_608])
    #expect(report.load == [0.5, 1.25, 2])
    #expect(report.disks.map(\.mount) == ["/", "/mnt/my share"])
    #expect(report.disks.map(\.device) == ["/dev/sda1", "//nas/my share"])
    #expect(report.disks.map(\.size) == [1_024_000, 2_048_000])
    #expect(report.disks.map(\.used) == [409_600, 0])
    #expect(report.disks.map(\.available) == [512_000, 2_048_000])
  }

  @Test("may be that of a system without /proc")
  func others() {
    let report = SystemReport(
      """
      system\tFreeBSD
      boot\t{ sec = 1700000000, usec = 512 } Tue Nov 14 22:13:20 2023
      now\t1700000060
      memory_bytes\t8589934592
      load\t{ 0.10 0.20 0.30 }
      """
    )
    #expect(report.uptime == 60 && report.memory == ["total": 8_589_934_592])
    #expect(report.load == [0.1, 0.2, 0.3])
  }

  @Test("is told by this machine in any shell", arguments: ShellRun.shells)
  func here(shell: [String]) throws {
    let command = RemoteCommand(work: .command(SystemProgram.text, shell: "/bin/sh"))
    let result = try ShellRun.run(command, shell: shell)
    #expect(result.status == 0 && result.stderr == [])
    let report = SystemReport(result.text)
    #expect(report.texts["system"] == "Linux" && report.texts["hostname"] != nil)
    #expect((report.processors ?? 0) > 0 && (report.uptime ?? 0) > 0)
    #expect((report.memory["total"] ?? 0) > 1 << 20 && report.load.count == 3)
    #expect(report.disks.contains { $0.mount == "/" })
  }
}
