/// What this program is built for, as files of the system name it.
enum Architecture {
  /// ELF's number: `EM_X86_64` and so on.
  static var machine: UInt16 {
    #if arch(x86_64)
      62
    #elseif arch(arm64)
      183
    #elseif arch(riscv64)
      243
    #elseif arch(powerpc64le)
      21
    #else
      #error("say here which e_machine this architecture has")
    #endif
  }

  /// The number in the loader's cache: glibc's `FLAG_ELF_LIBC6` with `FLAG_X8664_LIB64` and so on.
  static var cacheFlags: UInt32 {
    #if arch(x86_64)
      0x0303
    #elseif arch(arm64)
      0x0A03
    #elseif arch(riscv64)
      0x1003
    #elseif arch(powerpc64le)
      0x0503
    #else
      #error("say here which flags this architecture has in ld.so.cache")
    #endif
  }

  /// The name of Debian's folder in /usr/lib.
  static var debianName: String {
    #if arch(x86_64)
      "x86_64-linux-gnu"
    #elseif arch(arm64)
      "aarch64-linux-gnu"
    #elseif arch(riscv64)
      "riscv64-linux-gnu"
    #elseif arch(powerpc64le)
      "powerpc64le-linux-gnu"
    #else
      #error("say here which name Debian gives this architecture")
    #endif
  }

  /// What `$PLATFORM` stands for in a library's list of folders.
  static var platform: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #elseif arch(riscv64)
      "riscv64"
    #elseif arch(powerpc64le)
      "power8"
    #else
      #error("say here which AT_PLATFORM this architecture has")
    #endif
  }
}
