"""A vsftpd of the benchmark's own: on a free port of loopback, with all of its files in one folder.

It takes plain connections and those with explicit TLS, and wants data connections to go on with the TLS session of their
control connection. It has a view of the machine of its own, as in the tests: a user that the machine does not know, and
processes that all end with it. That needs root.
"""
from __future__ import annotations

import ftplib
import os
import pathlib
import signal
import subprocess

from databases import Server, tool

# So high that no machine has given it away.
USER, NUMBER, PASSWORD = "bench", 59_000, "correct-horse"

# What its processes see: the folder's accounts in the place of the machine's. vsftpd ends with a child that it does not
# know, so that it is not the first process there.
NAMESPACE = """
set -eu
mount -t tmpfs -o mode=0755 run /run
mount -t tmpfs -o mode=0755 log /var/log
mkdir -p /run/vsftpd/empty
for name in passwd shadow group nsswitch.conf pam.d; do
  if [ -e "/etc/$name" ]; then mount --bind "$1/etc/$name" "/etc/$name"; fi
done
shift
cd /
"$@"
exit $?
"""


class FTPServer(Server):
    """Takes any number of connections."""

    # unshare(1) holds SIGTERM back; when it is killed, so is all that is in its namespaces.
    end = signal.SIGKILL

    def make_data(self) -> None:
        if os.geteuid() != 0:
            raise SystemExit("ftp: vsftpd lets its users in as root only: run this part as root, or leave it out")
        self.folder.chmod(0o755)
        # Where files are got from and put to.
        self.home = self.folder / "home"
        self.home.mkdir()
        self.give(self.home)
        self.make_accounts()
        self.authority = self.folder / "certificate.pem"
        subprocess.run([tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", str(self.folder / "key.pem"), "-out", str(self.authority), "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
                       check=True, stderr=subprocess.DEVNULL)
        (self.folder / "vsftpd.conf").write_text(f"""listen=YES
listen_address=127.0.0.1
listen_port={self.port}
background=NO
session_support=NO
pam_service_name=ftp
secure_chroot_dir=/run/vsftpd/empty
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
file_open_mode=0666
connect_from_port_20=NO
max_clients=0
max_per_ip=0
xferlog_enable=NO
ssl_enable=YES
ssl_tlsv1=YES
ssl_ciphers=HIGH
force_local_logins_ssl=NO
force_local_data_ssl=NO
require_ssl_reuse=YES
rsa_cert_file={self.authority}
rsa_private_key_file={self.folder}/key.pem
""", encoding="ascii")

    def give(self, path: pathlib.Path) -> None:
        """Makes a file the user's."""
        os.chown(path, NUMBER, NUMBER)

    def make_accounts(self) -> None:
        accounts = self.folder / "etc"
        accounts.mkdir()
        run = subprocess.run([tool("openssl"), "passwd", "-6", "-stdin"], input=PASSWORD + "\n", capture_output=True,
                             text=True, check=True)
        (accounts / "passwd").write_text(f"""root:x:0:0::/root:/bin/sh
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
{USER}:x:{NUMBER}:{NUMBER}::{self.home}:/bin/sh
""", encoding="ascii")
        hashes = {"root": "*", "nobody": "*", USER: run.stdout.strip()}
        shadow = "".join(f"{name}:{text}:19000:0:99999:7:::\n" for name, text in hashes.items())
        (accounts / "shadow").write_text(shadow, encoding="ascii")
        (accounts / "shadow").chmod(0o600)
        (accounts / "group").write_text(f"root:x:0:\nnogroup:x:65534:\n{USER}:x:{NUMBER}:\n", encoding="ascii")
        (accounts / "nsswitch.conf").write_text("passwd: files\nshadow: files\ngroup: files\nhosts: files\n",
                                                encoding="ascii")
        (accounts / "pam.d").mkdir()
        (accounts / "pam.d" / "other").write_text("""auth required pam_unix.so nodelay
account required pam_unix.so
password required pam_unix.so
session required pam_permit.so
""", encoding="ascii")

    def own(self, path: pathlib.Path) -> None:
        """Its folder stays with whoever runs this."""

    def as_owner(self, command: list[str], end: signal.Signals) -> list[str]:
        return [tool("setpriv"), "--pdeathsig", end.name.removeprefix("SIG"), "--", *command]

    def command(self) -> list[str]:
        return [tool("unshare"), "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--", "/bin/sh", "-c",
                NAMESPACE, "sh", str(self.folder), tool("vsftpd"), str(self.folder / "vsftpd.conf")]

    def is_ready(self) -> bool:
        try:
            with ftplib.FTP() as session:
                session.connect("127.0.0.1", self.port, 5)
                session.login(USER, PASSWORD)
            return True
        except (OSError, EOFError, ftplib.Error):
            return False
