"""An sshd of the benchmark's own: on a free port of loopback, with all of its files in one folder.

Where the run is root it has a view of the machine of its own, as in the tests: a user that the machine does not know,
and processes that all end with it. Elsewhere whoever runs it logs in as himself.
"""
from __future__ import annotations

import getpass
import os
import pathlib
import signal
import subprocess

from databases import Server, tool

# So high that no machine has given it away.
USER, NUMBER = "bench", 59_000

# What its processes see: the folder's accounts in the place of the machine's. unshare(1) ends them with itself.
NAMESPACE = """
set -eu
mount -t tmpfs -o mode=0755 run /run
mount -t tmpfs -o mode=0755 log /var/log
mkdir /run/sshd
for name in passwd shadow group nsswitch.conf; do
  if [ -e "/etc/$name" ]; then mount --bind "$1/etc/$name" "/etc/$name"; fi
done
shift
cd /
exec "$@"
"""


class SSHServer(Server):
    """Takes 64 channels of a connection at once, and any number of connections."""

    # unshare(1) holds SIGTERM back; when it is killed, so is all that is in its namespaces.
    end = signal.SIGKILL if os.geteuid() == 0 else signal.SIGTERM

    def make_data(self) -> None:
        self.is_root = os.geteuid() == 0
        self.user = USER if self.is_root else getpass.getuser()
        # What the clients have is theirs alone.
        self.key, self.known_hosts = self.folder / "id_ed25519", self.folder / "known_hosts"
        # Whoever logs in with this one is told the command line, which is not run.
        self.telling_key = self.folder / "id_telling"
        for path in (self.key, self.telling_key, self.folder / "host_key"):
            subprocess.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", str(path)], check=True)
        host_key = " ".join((self.folder / "host_key.pub").read_text(encoding="ascii").split()[:2])
        # With the port, and for connections by way of another one.
        self.known_hosts.write_text(f"[127.0.0.1]:* {host_key}\n", encoding="ascii")
        # Where files are got from and put to.
        self.home = self.folder / "home"
        self.home.mkdir()
        keys = self.folder / "authorized_keys"
        public, telling = (path.with_suffix(".pub").read_text(encoding="ascii") for path in (self.key, self.telling_key))
        keys.write_text(f'{public}command="printf %s \\"$SSH_ORIGINAL_COMMAND\\"; exec \\"$SHELL\\" -c \\"$SSH_ORIGINAL_COMMAND\\"" {telling}', encoding="ascii")
        if self.is_root:
            os.chown(self.home, NUMBER, NUMBER)
            self.folder.chmod(0o755)
            keys.chmod(0o644)
            self.make_accounts()
        (self.folder / "sshd_config").write_text(f"""
Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.folder}/host_key
AuthorizedKeysFile {keys}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
MaxSessions 64
MaxStartups 4000
LoginGraceTime 600
PidFile none
PrintMotd no
PrintLastLog no
UseDNS no
LogLevel ERROR
Subsystem sftp internal-sftp
""", encoding="ascii")

    def make_accounts(self) -> None:
        accounts = self.folder / "etc"
        accounts.mkdir()
        (accounts / "passwd").write_text(f"""root:x:0:0::/root:/bin/sh
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
{USER}:x:{NUMBER}:{NUMBER}::{self.home}:/bin/bash
""", encoding="ascii")
        (accounts / "shadow").write_text("".join(f"{name}:*:19000:0:99999:7:::\n" for name in ("root", "sshd", USER)),
                                         encoding="ascii")
        (accounts / "shadow").chmod(0o600)
        (accounts / "group").write_text(f"root:x:0:\nnogroup:x:65534:\n{USER}:x:{NUMBER}:\n", encoding="ascii")
        (accounts / "nsswitch.conf").write_text("passwd: files\nshadow: files\ngroup: files\nhosts: files\n",
                                                encoding="ascii")

    def own(self, path: pathlib.Path) -> None:
        """Its folder stays with whoever runs this."""

    def as_owner(self, command: list[str], end: signal.Signals) -> list[str]:
        return [tool("setpriv"), "--pdeathsig", end.name.removeprefix("SIG"), "--", *command]

    def command(self) -> list[str]:
        words = [tool("sshd"), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        if not self.is_root:
            return words
        return [tool("unshare"), "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--",
                "/bin/sh", "-c", NAMESPACE, "sh", str(self.folder), *words]

    def is_ready(self) -> bool:
        scan = [tool("ssh-keyscan"), "-p", str(self.port), "-t", "ed25519", "127.0.0.1"]
        return bool(subprocess.run(scan, capture_output=True, text=True).stdout)
