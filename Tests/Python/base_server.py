"""What the test servers of this folder share: HTTP/1.1 on a port of 127.0.0.1, a log of the requests, and options.

A server is a subclass of `Handler`; `serve` runs it until SIGTERM comes. Every request is a line of JSON in the file of
--log, written before it is answered: who has the answer finds the request there.
"""
import argparse
import itertools
import json
import os
import signal
import socket
import ssl
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl


def as_text(latin1: str) -> str:
    """What came as bytes and was read as Latin-1, as the UTF-8 that it is, if it is."""
    try:
        return latin1.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return latin1


class Handler(BaseHTTPRequestHandler):
    """One connection. `respond` answers one request: its `method`, `path`, `query`, `headers` and `body`."""

    protocol_version = "HTTP/1.1"
    # Head and body are two packets in places; the second must not wait for the first one's acknowledgement.
    disable_nagle_algorithm = True
    server_version = "DriverHostTest"
    sys_version = ""

    # Paths that the tests themselves ask, which are not logged.
    control_paths: frozenset[str] = frozenset()

    def respond(self) -> None:
        raise NotImplementedError

    # MARK: Asking

    def argument(self, name: str, default: str = "") -> str:
        """A parameter of the query, percent-decoded."""
        return parse_qs(self.query, keep_blank_values=True).get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        text = self.argument(name)
        return int(text) if text else default

    def header_pairs(self) -> list[list[str]]:
        return [[name, as_text(value)] for name, value in self.headers.items()]

    def json_body(self) -> object:
        """The body as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, list[str]]:
        """The fields of a form; none if the body is something else."""
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            return {}
        fields: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        return fields

    # MARK: Answering

    def send(self, status: int, body: bytes | str = b"", headers: dict[str, str] | list[tuple[str, str]] = ()) -> None:
        """Answers with a whole body and its length."""
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(data)

    def send_json(self, status: int, value: object, headers: dict[str, str] | list[tuple[str, str]] = ()) -> None:
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        self.send(status, json.dumps(value), [("Content-Type", "application/json"), *pairs])

    def begin_stream(self, content_type: str, headers: dict[str, str] | list[tuple[str, str]] = ()) -> None:
        """Begins an answer in chunks: `send_chunk` sends one, `end_stream` ends it."""
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_chunk(self, data: bytes | str) -> None:
        data = data.encode() if isinstance(data, str) else data
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Closes the connection, whatever was promised."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # MARK: Reading

    def setup(self) -> None:
        super().setup()
        self.connection_id = next(self.server.connection_ids)

    def __getattr__(self, name: str) -> object:
        # http.server looks for do_GET and so on: every method is answered.
        if name.startswith("do_"):
            return self._take
        raise AttributeError(name)

    def _take(self) -> None:
        self.method = self.command
        # Behind a line that is no header, the rest was not read as headers.
        if self.headers.defects:
            self.close_connection = True
            self.send_json(400, {"error": "malformed headers"}, {"Connection": "close"})
            return
        # Not what http.server makes of it: it takes slashes away.
        self.target = as_text(self.requestline.split(" ")[1])
        self.path, _, self.query = self.target.partition("?")
        self.body = self._read_body()
        if self.path not in self.control_paths:
            self.server.log_request_line(
                {
                    "method": self.method, "path": self.path, "query": self.query, "headers": self.header_pairs(),
                    "body": self.body.decode("utf-8", "replace"), "connection": self.connection_id,
                }
            )
        try:
            self.respond()
        except ConnectionError:
            self.close_connection = True

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass
        return b"".join(chunks)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the requests are logged elsewhere, and faults are the tests' wish."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[Handler], options: argparse.Namespace) -> None:
        self.options = options
        self.connection_ids = itertools.count(1)
        self.lock = threading.Lock()
        self._log = open(options.log, "a", encoding="utf-8")
        self._log_lock = threading.Lock()
        self._tls = tls_context(options)
        super().__init__(("127.0.0.1", options.port), handler)

    def server_bind(self) -> None:
        # Without the look-up of the own name that http.server makes.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address

    def get_request(self) -> tuple:
        connection, address = super().get_request()
        if self._tls is not None:
            # The handshake comes with the first byte that is read, on the connection's own thread.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def log_request_line(self, request: dict) -> None:
        with self._log_lock:
            self._log.write(json.dumps(request) + "\n")
            self._log.flush()

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that went away is no fault of the server, nor one that does not trust it.
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            traceback.print_exc()


def tls_context(options: argparse.Namespace) -> ssl.SSLContext | None:
    """How TLS is spoken; None: it is not."""
    if not options.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.certificate_key)
    if options.client_authorities:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options.client_authorities)
    return context


def parser(description: str) -> argparse.ArgumentParser:
    """Options that each server has; its own are added to them."""
    options = argparse.ArgumentParser(description=description.splitlines()[0])
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--log", required=True, help="the file that requests are written to, as lines of JSON")
    options.add_argument("--certificate", help="a chain in PEM: TLS is spoken")
    options.add_argument("--certificate-key", help="the certificate's key")
    options.add_argument("--client-authorities", help="whoever has no certificate of these is refused")
    return options


def serve(handler: type[Handler], options: argparse.Namespace) -> None:
    """Serves until SIGTERM comes."""
    # At once: threads that are inside an answer would hold a normal exit up.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server(handler, options).serve_forever(poll_interval=60)
