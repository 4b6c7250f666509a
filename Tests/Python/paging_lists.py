"""The lists of paging_server.py: the same items, cut into pages in the ways that APIs have."""
import base64
import binascii
from urllib.parse import quote

from base_server import Handler


class Lists(Handler):
    """A part of the handler: what answers `/link` and the like."""

    @property
    def items(self) -> list[dict]:
        return [{"id": number, "name": f"item {number}"} for number in range(1, self.server.options.items + 1)]

    def page(self, size_name: str = "limit") -> tuple[int, list[dict], bool]:
        """The number of the page that is asked for, what is on it, and whether there is a next one."""
        number, size = self.number("page", 1), self.number(size_name, self.server.options.page_size)
        begin = (number - 1) * size
        return number, self.items[begin : begin + size], begin + size < len(self.items)

    def reference(self, **arguments: object) -> str:
        """This path with other parameters, in the form that `form` asks for; form and limit stay."""
        kept = {name: self.argument(name) for name in ("form", "limit") if self.argument(name)}
        query = "?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in {**kept, **arguments}.items())
        match self.argument("form"):
            case "relative":
                return self.path + query
            case "query":
                return query
            case _:
                return f"http://{self.headers.get('Host')}{self.path}{query}"

    def answer_link(self) -> None:
        number, items, more = self.page()
        links = [
            f'<{self.reference(page=1)}>; rel="first"; title="one, <two>; rel=\\"next\\""',
            f'<{self.reference(page=max(1, number - 1))}>;rel=prev',
        ]
        if more:
            rel = {"unquoted": "next", "several": '"last NEXT"'}.get(self.argument("form"), '"next"')
            links.append(f'<{self.reference(page=number + 1)}>; type="a,b" ; rel={rel}')
        links.append(f'</help,me;rel=next>; rel="help"; title*=UTF-8\'\'next%2C%20page')
        # Both forms are the same to HTTP.
        values = links if self.argument("form") == "lines" else [", ".join(links)]
        self.send_json(200, items, [("Link", value) for value in values])

    def answer_next_url(self) -> None:
        number, items, more = self.page()
        self.send_json(200, {"data": items, "paging": {"next": self.reference(page=number + 1) if more else None}})

    def answer_cursor(self) -> None:
        asked = {"cursor": self.argument("cursor"), "limit": self.number("limit", 0)}
        if self.method == "POST":
            asked = self.json_body()
        if not isinstance(asked, dict):
            self.send_json(400, {"error": "the body is no JSON object"})
            return
        try:
            # Of characters that have to be encoded in a URL.
            begin = int(base64.b64decode(asked.get("cursor") or b"", validate=True).decode().partition("?>>")[2] or 0)
        except (binascii.Error, ValueError, TypeError):
            self.send_json(400, {"error": "the cursor is none of ours"})
            return
        end = begin + (asked.get("limit") or self.server.options.page_size)
        body: dict = {"items": self.items[begin:end]}
        if end < len(self.items):
            body["next_cursor"] = base64.b64encode(f"cursor~?>>{end}".encode()).decode()
        elif self.argument("end", "null") != "missing":
            body["next_cursor"] = "" if self.argument("end") == "empty" else None
        self.send_json(200, body)

    def answer_offset(self, whole: bool) -> None:
        offset, size = self.number("offset", 0), self.number("limit", self.server.options.page_size)
        items = self.items[offset : offset + size]
        if whole:
            self.send_json(200, {"results": items, "total": len(self.items), "offset": offset, "limit": size})
        else:
            self.send_json(200, items, {"X-Total-Count": str(len(self.items))})

    def answer_page(self) -> None:
        number, items, more = self.page("per_page")
        headers = {"X-Page": str(number)}
        if more:
            headers["X-Next-Page"] = str(number + 1)
        self.send_json(200, items, headers)

    def answer_with_next(self, items: list[dict], url: str | None) -> None:
        """A page whose next one is told in both ways, by Link and in the body."""
        self.send_json(
            200, {"data": items, "paging": {"next": url}}, {"Link": f'<{url}>; rel="next"'} if url else {}
        )

    def answer_loop(self) -> None:
        self.answer_with_next(self.items[:2], f"http://{self.headers.get('Host')}{self.target}")

    def answer_foreign(self) -> None:
        self.answer_with_next(self.items[:2], self.argument("to"))

    def answer_broken(self) -> None:
        number, items, more = self.page()
        if number == 3:
            self.send_json(500, {"error": "page 3 is broken"})
            return
        self.answer_with_next(items, self.reference(page=number + 1) if more else None)

    # MARK: One item

    def answer_item(self, text: str) -> None:
        """One of the items, as the documents describe it."""
        item = next((item for item in self.items if str(item["id"]) == text), None)
        if item is None:
            self.send_json(404, {"error": f"no item {text}"})
        elif self.method == "DELETE":
            self.send(204)
        else:
            self.send_json(200, item)

    def answer_items(self) -> None:
        """The items, or what would be a new one: nothing is kept."""
        if self.method != "POST":
            self.send_json(200, self.page()[1])
            return
        body = self.json_body()
        if not isinstance(body, dict) or not isinstance(body.get("name"), str):
            self.send_json(422, {"error": "an item has a name"})
            return
        number = len(self.items) + 1
        self.send_json(201, {"id": number, "name": body["name"]}, {"Location": f"{self.path}/{number}"})
