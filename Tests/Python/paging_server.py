"""A server for clients of many APIs: pages, events, ranges, cookies, rate limits, descriptions, and broken answers.

What each path answers stands at the Swift class PagingServer.
"""
import base64
import math
import pathlib
import time
from collections import Counter
from email.utils import formatdate
from urllib.parse import parse_qsl

from base_server import parser, serve
from paging_bodies import Bodies
from paging_lists import Lists

DOCUMENTS = {
    "/openapi.json": ("openapi.json", "application/json"),
    "/nested/openapi.yaml": ("openapi.yaml", "application/yaml"),
    "/old/swagger.json": ("swagger.json", "application/json"),
}


class PagingHandler(Lists, Bodies):
    control_paths = frozenset(["/events/expected"])
    limited: Counter[str] = Counter()

    def respond(self) -> None:
        try:
            self.route(self.path.split("/")[1:])
        except ValueError as error:
            self.send_json(400, {"error": str(error)})

    def route(self, parts: list[str]) -> None:
        match parts:
            case ["link"]:
                self.answer_link()
            case ["next-url"]:
                self.answer_next_url()
            case ["cursor"]:
                self.answer_cursor()
            case ["offset"] | ["offset-total"]:
                self.answer_offset(whole=parts == ["offset-total"])
            case ["page"]:
                self.answer_page()
            case ["loop"]:
                self.answer_loop()
            case ["foreign"]:
                self.answer_foreign()
            case ["broken"]:
                self.answer_broken()
            case ["items"] | ["old", "items"]:
                self.answer_items()
            case ["items", number] | ["old", "items", number]:
                self.answer_item(number)
            case ["events"]:
                self.answer_events()
            case ["events", "expected"]:
                self.answer_expected_events()
            case ["drip-events"]:
                self.answer_drip()
            case ["range", size]:
                self.answer_range(int(size))
            case ["lie"]:
                self.answer_lie()
            case ["cookies", *rest]:
                self.answer_cookies(rest)
            case ["echo", *_]:
                self.answer_echo()
            case ["ratelimit"]:
                self.answer_rate_limit()
            case _ if self.path in DOCUMENTS:
                self.answer_document(*DOCUMENTS[self.path])
            case _:
                self.send_json(404, {"error": f"nothing at {self.path}"})

    def answer_cookies(self, rest: list[str]) -> None:
        pairs = parse_qsl(self.query, keep_blank_values=True)
        match rest:
            case ["set"]:
                lines = [f"{name}={value}; Path=/" for name, value in pairs]
            case ["delete"]:
                lines = [f"{name}=; Path=/; Max-Age=0" for name, _ in pairs]
            case ["raw"]:
                # As it is, with whatever attributes.
                lines = [value for name, value in pairs if name == "line"]
            case _:
                lines = []
        sent = [pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";") if pair.strip()]
        self.send_json(
            200, {"cookies": {name: value for name, _, value in sent}}, [("Set-Cookie", line) for line in lines]
        )

    def answer_echo(self) -> None:
        echo = {
            "method": self.method, "path": self.path, "query": self.query, "headers": self.header_pairs(),
            "connection": self.connection_id,
        }
        try:
            echo["body"] = self.body.decode()
        except UnicodeDecodeError:
            echo["body_base64"] = base64.b64encode(self.body).decode()
        self.send_json(200, echo)

    def answer_rate_limit(self) -> None:
        """429 for the first requests of a query, as many as `times` says, and then 200."""
        seconds, times = self.number("seconds", 1), self.argument("times", "1")
        with self.server.lock:
            self.limited[self.query] += 1
            allowed = times != "always" and self.limited[self.query] > int(times)
        if allowed:
            self.send_json(200, {"requests": self.limited[self.query]})
            return
        # The end of the second, since these tell no parts of one.
        moment = math.ceil(time.time() + seconds)
        headers = {
            "retry-after": {"Retry-After": str(seconds)},
            "retry-after-date": {"Retry-After": formatdate(moment, usegmt=True)},
            "ratelimit-reset": {
                "RateLimit-Limit": "10", "RateLimit-Remaining": "0", "RateLimit-Reset": str(seconds),
            },
            "x-ratelimit-reset": {
                "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(moment),
            },
            "ratelimit": {
                "RateLimit-Policy": '"default";q=10;w=60', "RateLimit": f'"default";r=0;t={seconds}',
            },
            "none": {},
        }
        kind = self.argument("kind", "none")
        if kind not in headers:
            raise ValueError("the kinds are " + ", ".join(headers))
        self.send_json(429, {"error": "too many requests"}, headers[kind])

    def answer_document(self, name: str, content_type: str) -> None:
        text = (pathlib.Path(__file__).parent / "documents" / name).read_text(encoding="utf-8")
        self.send(200, text.replace("HOST_OF_SERVER", self.headers["Host"]), {"Content-Type": content_type})


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--items", type=int, default=23, help="how many there are in the lists")
    options.add_argument("--page-size", type=int, default=5, help="how many are on a page that asks for no other size")
    serve(PagingHandler, options.parse_args())


if __name__ == "__main__":
    main()
