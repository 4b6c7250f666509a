import Testing

@testable import SSHDriver

@Suite("Making keys of passphrases as OpenSSH does")
struct BcryptKDFTests {
  /// What another implementation makes: Python's bcrypt 5.
  @Test(
    "gives what bcrypt_pbkdf gives",
    arguments: [
      ("password", Array("salt".utf8), 4, 32, "W78MwpNYfxw2NVVcJ3llmNR+V5Bxv0J+nY++hCq6NNk="),
      ("p", [0], 1, 16, "bYywOLllMvtZaNRDQHBeQg=="),
      (
        "pässwörd mit blank", Array(0..<16), 2, 48,
        "Didrk3l+ZtdTDG4gcQIUtNGVIIrekW0OtZ62VrHujeWrY0O3puc6fEljAlZJPvVL"
      ),
      (
        String(repeating: "x", count: 200), Array(String(repeating: "salt", count: 8).utf8), 1, 100,
        "RPMaaGPjkmqAxmBI0LQOOKGVfpXNRhnE8p55PshHZLyO+behn/GByh2Bna7LfcqmulmRjbdvUot9RuTgyPErQG4u"
          + "ubWz0KnN1b+g3umfrhR2j2STM3XC9adXuNTBPd1+eMU60w=="
      ),
    ] as [(String, [UInt8], UInt32, Int, String)]
  )
  func vectors(passphrase: String, salt: [UInt8], rounds: UInt32, count: Int, key: String) {
    let made = BcryptKDF.key(
      passphrase: SecretBytes(passphrase),
      salt: salt,
      rounds: rounds,
      count: count
    )
    #expect(made.withBytes { Base64.text($0) } == key)
  }

  /// The first and the last words of the tables that Blowfish is published with.
  @Test("begins with the digits of pi")
  func digits() {
    let digits = PiDigits.words(18 + 4 * 256)
    #expect(digits.count == 1042)
    #expect(digits.prefix(3) == [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E])
    #expect(digits[18] == 0xD131_0BA6)
    #expect(digits.suffix(2) == [0x578F_DFE3, 0x3AC3_72E6])
    #expect(PiDigits.words(1) == [0x243F_6A88])
    #expect(PiDigits.words(0) == [])
  }
}
