import Glibc

/// A fault that every target has on demand, so that it can be seen that it would find one.
///
/// It is asked for by the environment and not built in: what is shown of a program then holds for
/// the one that fuzzes.
package enum PlantedFault {
  fileprivate static let isWanted = getenv("FUZZ_PLANTED_FAULT") != nil

  /// Traps where a text that the library has made of the input holds a certain word.
  ///
  /// To be called last, since libFuzzer remembers the latest comparisons only. All words of a text
  /// are compared, so that many of those are ours.
  package static func check(_ text: some Sequence<UInt8>) {
    guard isWanted else { return }
    var word: UInt32 = 0
    for byte in text.prefix(64) {
      word = word << 8 | UInt32(byte)
      compareWithPlanted(word)
    }
  }
}

/// Traps at one of 4,294,967,296 words.
///
/// A fuzzer finds it if it is told what is compared, and never by chance. It is one comparison: of
/// several behind each other the optimizer makes one, before the instrumentation sees them. The
/// name in C is for Scripts/fuzz, which has libFuzzer give most of its time to inputs that get here.
@c(fuzz_planted_fault)
@inline(never)
public func compareWithPlanted(_ word: UInt32) {
  if word == 0x517A_375F { fatalError("the planted fault was found") }
}
