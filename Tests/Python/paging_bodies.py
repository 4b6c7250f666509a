"""The bodies of paging_server.py that are no plain JSON: events, ranges, and answers that break HTTP's rules."""
import itertools
import time

from base_server import Handler

# What is sent, and what a client must make of it: type, data, last event id; None where nothing is dispatched.
EVENTS: list[tuple[str, tuple[str, str, str] | None]] = [
    ("\ufeff: a comment before all\n\n", None),
    ("data: one\n\n", ("message", "one", "")),
    ("event: named\r\nid: 7\r\ndata: two\r\ndata: lines\r\n\r\n", ("named", "two\nlines", "7")),
    ("data:no space\r\r", ("message", "no space", "7")),
    (": keep-alive\n\n", None),
    ("data:  two spaces \ndata\ndata:\n\n", ("message", " two spaces \n\n", "7")),
    ("retry: 1500\n\n", None),
    ("retry: soon\nunknown: field\nevent: without data\n\n", None),
    ('id: 8\nevent: json\ndata: {"text": "Grüße 🌍: a"}\n\n', ("json", '{"text": "Grüße 🌍: a"}', "8")),
    ("id: nul\0inside\ndata: keeps the id\n\n", ("message", "keeps the id", "8")),
    ("data\n\n", ("message", "", "8")),
    ("id\r\ndata: mixed\rdata: endings\n\r\n", ("message", "mixed\nendings", "")),
    ("data: never ended", None),
]
TABLE = bytes((index * 7 + (index >> 8) * 13) & 0xFF for index in range(1 << 16))
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"


def body_bytes(begin: int, end: int) -> bytes:
    """Bytes of the body that all sizes share: it repeats itself every 64 KiB."""
    low = begin % len(TABLE)
    size = end - begin
    return (TABLE * ((low + size) // len(TABLE) + 1))[low : low + size]


class Bodies(Handler):
    """A part of the handler: what answers `/events`, `/range` and `/lie`."""

    versions = itertools.count(1)

    # MARK: Events

    def answer_events(self) -> None:
        data = "".join(text for text, _ in EVENTS).encode()
        self.begin_stream("text/event-stream")
        # Of odd sizes: line ends and characters are torn apart.
        for begin in range(0, len(data), size := self.number("chunk", 3)):
            self.send_chunk(data[begin : begin + size])
        self.end_stream()

    def answer_expected_events(self) -> None:
        fields = ("type", "data", "id")
        self.send_json(200, [dict(zip(fields, event, strict=True)) for _, event in EVENTS if event])

    def answer_drip(self) -> None:
        self.begin_stream("text/event-stream")
        for number in itertools.count(1):
            self.send_chunk(f'id: {number}\ndata: {{"number": {number}}}\n\n')
            time.sleep(0.1)

    # MARK: Ranges

    def answer_range(self, size: int) -> None:
        tag = f'"size-{size}"'
        if self.argument("changing") == "1":
            tag = f'"size-{size}-{next(self.versions)}"'
        steady = self.argument("changing") != "1" and self.argument("weak") != "1"
        if self.argument("weak") == "1":
            tag = "W/" + tag
        headers = {"ETag": tag, "Content-Type": "application/octet-stream"}
        # A date would be a second, strong validator.
        if steady:
            headers["Last-Modified"] = MODIFIED
        headers["Accept-Ranges"] = "bytes"
        begin, end, status = 0, size, 200
        condition = self.headers.get("If-Range")
        if condition is None or steady and condition in (tag, MODIFIED):
            part = self.wanted_range(size)
            if part == (0, 0):
                self.send(416, headers={**headers, "Content-Range": f"bytes */{size}"})
                return
            if part:
                begin, end = part
                status = 206
                headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
        self.send_part(status, headers, begin, end)

    def wanted_range(self, size: int) -> tuple[int, int] | None:
        """The half-open range that is asked for; None for the whole, and (0, 0) for one that is not there."""
        unit, _, text = self.headers.get("Range", "").partition("=")
        first, dash, last = text.strip().partition("-")
        # What is malformed, or asks for more than one part, may be left unread.
        if unit.strip() != "bytes" or not dash or not (first + last).isdigit():
            return None
        if first and last and int(last) < int(first):
            return None
        if not first:
            return (max(0, size - int(last)), size) if int(last) and size else (0, 0)
        if int(first) >= size:
            return (0, 0)
        return (int(first), min(size, int(last) + 1) if last else size)

    def send_part(self, status: int, headers: dict[str, str], begin: int, end: int) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(end - begin)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.method == "HEAD":
            return
        cut = self.argument("cut")
        stop = min(end, begin + int(cut)) if cut else end
        for start in range(begin, stop, 1 << 20):
            self.wfile.write(body_bytes(start, min(stop, start + (1 << 20))))
        if stop < end:
            self.cut()

    # MARK: Lies

    def answer_lie(self) -> None:
        body = b'{"whole": true}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        lies = {
            "long": head + b"Content-Length: %d\r\n\r\n%s" % (len(body) + 10, body),
            "short": head + b"Content-Length: %d\r\n\r\n%s" % (len(body) - 5, body),
            "chunk": head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s" % (len(body) + 10, body),
            "unended": head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body),
            "chunk-size": head + b"Transfer-Encoding: chunked\r\n\r\nmany\r\n%s\r\n0\r\n\r\n" % body,
            "head": head + b"Content-Le",
            "nothing": b"",
        }
        kind = self.argument("kind")
        if kind not in lies:
            self.send_json(404, {"error": "the kinds are " + ", ".join(lies)})
            return
        self.wfile.write(lies[kind])
        self.cut()
