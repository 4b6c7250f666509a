"""pyftpdlib on a port of 127.0.0.1, with one user and one folder.

It ends with SIGTERM. Every command is a line in the file of --log, with the password in it.
"""
import argparse
import logging
import signal
import sys
from types import FrameType

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

log_path = ""


class LoggedHandler(FTPHandler):
    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        with open(log_path, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(line + "\n")
        super().pre_process_command(line, cmd, arg)


class LoggedTLSHandler(LoggedHandler, TLS_FTPHandler):
    """Speaks TLS when it is asked to."""


class ImplicitTLSHandler(LoggedTLSHandler):
    """Speaks TLS at once, and takes data connections to be encrypted unless it is told otherwise."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)
        self._pbsz = True
        self._prot = True
        super().handle()


def context(options: argparse.Namespace) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    if options.only_tls12:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(options.certificate)
    context.use_privatekey_file(options.certificate_key)
    # Without a name for them, OpenSSL resumes no sessions of those who were asked for certificates.
    context.set_session_id(b"ftp_server")
    if options.client_authorities:
        context.load_verify_locations(options.client_authorities)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    return context


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    global log_path
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--permissions", default="elradfmwMT")
    parser.add_argument("--encoding", default="utf8")
    parser.add_argument("--passive-ports", help="first-last")
    parser.add_argument("--passive-address")
    parser.add_argument("--max-clients", type=int, default=512)
    parser.add_argument("--idle-seconds", type=int, default=300)
    parser.add_argument("--certificate")
    parser.add_argument("--certificate-key")
    parser.add_argument("--client-authorities")
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--required", action="store_true")
    parser.add_argument("--only-tls12", action="store_true")
    options = parser.parse_args()
    log_path = options.log
    signal.signal(signal.SIGTERM, stop)
    logging.basicConfig(level=logging.DEBUG)

    authorizer = DummyAuthorizer()
    authorizer.add_user(options.user, options.password, options.root, perm=options.permissions)
    handler: type[FTPHandler] = LoggedHandler
    if options.certificate:
        tls = ImplicitTLSHandler if options.implicit else LoggedTLSHandler
        tls.ssl_context = context(options)
        tls.tls_control_required = tls.tls_data_required = options.required
        handler = tls
    handler.authorizer = authorizer
    handler.encoding = options.encoding
    handler.timeout = options.idle_seconds
    handler.auth_failed_timeout = 0
    handler.masquerade_address = options.passive_address
    if options.passive_ports:
        first, last = options.passive_ports.split("-")
        handler.passive_ports = range(int(first), int(last) + 1)
    server = FTPServer(("127.0.0.1", options.port), handler)
    server.max_cons = options.max_clients
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    main()
