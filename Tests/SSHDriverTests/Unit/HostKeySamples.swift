@testable import SSHDriver

/// Keys that ssh-keygen made for the tests, and that are used nowhere else.
enum HostKeySamples {
  /// 256 SHA256:GW35ZE76m8gn3rYoj+pgJjEUZV+NHTPoyMD4V3cDCB4 (ED25519).
  static let ed25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF+QMrGTQ2WYiL9p1fsO0dUNf7lMx0I05EnS3+lu705+"

  /// 256 SHA256:Y6CL1FPDJRJHWsbBess5+CTGhGSy7NakpWxuGUVrhsk (ED25519).
  static let other =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9L6BV659AjzaUMJtDk5u05aDzIgCMm6bVY5frY27eT"

  /// 256 SHA256:Cm2wwZyd1FMRBkopG41pHG4IoDYGPPs/HxEb2SvDkCQ (ECDSA).
  static let ecdsa =
    "ecdsa-sha2-nistp256 "
    + "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD9bSx5qsPP3gdJ8JRTXQ5VeVPBK"
    + "a7i8Ol9tSdwUP4bgBX3VzWlbOILOF4ZQFTmRNvtH4V5zc3C+RY4rrpmlv54="

  /// 384 SHA256:l5E1L2pGk9YMjXe7wTktLCvjh83pBndtN8qdxkiNDYk (ECDSA).
  static let ecdsa384 =
    "ecdsa-sha2-nistp384 "
    + "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBPoshOtCCmN9Q+1oRox75eLjcuhB"
    + "6rmUUBNrRJKdzyNPgt3yLNtKR+ZRlh5k4fh/LBrKzee4ilaSWVFwJm6ah5dJ6k6tBcOh4Anc/sqQULeC"
    + "6ATRw7kYwFzGXgGxL8QcBw=="

  /// 1024 SHA256:eDXwyQSFlHtFG1mZ7ybU5ZxocTIW75+pfzF30dg+o3U (RSA).
  static let rsa =
    "ssh-rsa "
    + "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDE7lj0fsQS56b7LwNdr2kX/xMLDS3Ac+7fOcIOtXPIBArdpl/x"
    + "GOrxe8o3DHu6rFU6la191Vpb36Y4VYPPZ0loiOZ/sWkqpzmczXwolljpd1H8HlvvbV6oixLZlNlJC0WC"
    + "B9gQz3IyJ+yWnsZrK+4ZTtPAysN1obrslnpEBoL0/w=="

  /// `ed25519`, signed by `other` with `-h -n a.example.org,b -z 4711 -V 20240101:20300101`.
  static let certificate =
    "ssh-ed25519-cert-v01@openssh.com "
    + "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIGivFOmGg+3sBPa3MYmc3ntsSALf"
    + "DI7ecJlH5UUzUpodAAAAIF+QMrGTQ2WYiL9p1fsO0dUNf7lMx0I05EnS3+lu705+AAAAAAAAEmcAAAAC"
    + "AAAACmlkIGVkMjU1MTkAAAAWAAAADWEuZXhhbXBsZS5vcmcAAAABYgAAAABlkgCAAAAAAHDb2IAAAAAA"
    + "AAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJ9L6BV659AjzaUMJtDk5u05aDzIgCMm6bVY5frY"
    + "27eTAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBQI9PL7WYArFDJ349TXy/F/no3jPth10aieR0xzkXFV6L+"
    + "scUJ/iJcU7j3f/jCgFrxaoLIjnVChUF9kY76/rgI"

  /// The name host.example.org as `ssh-keygen -H` made it.
  static let hashedName = "|1|lnwii/hEs3H53sqVDxCe8fsFzXM=|CidP5c07j0PqAc9NBrJ3XUKp1KY="

  /// A key of a text.
  static func key(_ text: String) throws -> PublicKey { try PublicKey.parse(text).key }
}
