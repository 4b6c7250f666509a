/// The architectures that an ELF file may be built for.
///
/// The corresponding C names are `EM_X86_64` and so on.
enum ELFMachine {
  /// What this host is built for.
  static var here: UInt16 {
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

  /// The name that `uname -m` gives an architecture.
  static func name(_ machine: UInt16) -> String {
    switch machine {
    case 3: "i386"
    case 8: "mips"
    case 20: "ppc"
    case 21: "ppc64le"
    case 22: "s390x"
    case 40: "arm"
    case 43: "sparc64"
    case 62: "x86_64"
    case 183: "aarch64"
    case 243: "riscv64"
    case 258: "loongarch64"
    default: "an unknown architecture (e_machine \(machine))"
    }
  }
}
