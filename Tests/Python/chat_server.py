"""A server of the API that OpenAI's models have: models, chat completions, responses, embeddings.

Its answers are the text that was asked, cut into words. The name of the model chooses a fault; which ones there are
stands at the Swift class ChatServer.
"""
import base64
import hashlib
import itertools
import json
import re
import struct
import threading
import time
from collections import Counter
from urllib.parse import unquote

from base_server import Handler, parser, serve

PLAIN = ["echo-1", "echo-2", "embed-1"]
FAULTS = [
    "rate-limited", "rate-limited-always", "broken", "broken-always", "truncated", "unfinished", "slow",
    "error-in-stream", "refused",
]
CREATED = 1_700_000_000
SLOW_DELTAS, SLOW_PAUSE = 200, 0.2
# How many deltas come before a fault in a stream.
BEFORE_FAULT = 2


def words(text: str) -> list[str]:
    """A text cut into what stands for tokens here: words with the space before them."""
    return re.findall(r"\s*\S+|\s+$", text)


def text_of(content: object) -> str:
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def vector(text: str, dimensions: int) -> list[float]:
    """Numbers that belong to a text, of length 1 together."""
    raw = hashlib.shake_256(text.encode()).digest(2 * dimensions)
    numbers = [value / 32768 for value in struct.unpack(f"<{dimensions}h", raw)]
    length = sum(number * number for number in numbers) ** 0.5 or 1.0
    return [number / length for number in numbers]


class APIError(Exception):
    def __init__(
        self, status: int, message: str, kind: str = "invalid_request_error", param: str | None = None,
        code: str | None = None, headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.error = {"message": message, "type": kind, "param": param, "code": code}


class ChatHandler(Handler):
    serials = itertools.count(1)
    asked: Counter[str] = Counter()
    asked_lock = threading.Lock()

    def respond(self) -> None:
        self.serial = next(self.serials)
        try:
            self.authorize()
            match self.method, [unquote(part) for part in self.path.split("/")[1:]]:
                case "GET", ["v1", "models"]:
                    self.answer({"object": "list", "data": [self.model(name) for name in PLAIN + FAULTS]})
                case "GET", ["v1", "models", name]:
                    self.answer(self.model(name))
                case "POST", ["v1", "chat", "completions"]:
                    self.chat(self.question("messages"))
                case "POST", ["v1", "responses"]:
                    self.response(self.question("input"))
                case "POST", ["v1", "embeddings"]:
                    self.embeddings(self.question("input"))
                case _:
                    raise APIError(404, f"Invalid URL ({self.method} {self.path})")
        except APIError as error:
            self.send_json(error.status, {"error": error.error}, {**self.common_headers(), **error.headers})

    # MARK: Common to all

    def common_headers(self) -> dict[str, str]:
        with self.asked_lock:
            rest = max(0, 1000 - sum(self.asked.values()))
        headers = {
            "x-request-id": f"req_{self.serial:08d}", "openai-processing-ms": "1", "openai-version": "2020-10-01",
            "x-ratelimit-limit-requests": "1000", "x-ratelimit-remaining-requests": str(rest),
            "x-ratelimit-reset-requests": "60ms", "x-ratelimit-limit-tokens": "100000",
            "x-ratelimit-remaining-tokens": "99000", "x-ratelimit-reset-tokens": "6m0s",
        }
        if "OpenAI-Organization" in self.headers:
            headers["openai-organization"] = self.headers["OpenAI-Organization"]
        return headers

    def answer(self, value: object) -> None:
        self.send_json(200, value, self.common_headers())

    def authorize(self) -> None:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise APIError(401, "You didn't provide an API key.")
        if key != self.server.options.key:
            raise APIError(401, "Incorrect API key provided.", code="invalid_api_key")

    def model(self, name: str) -> dict:
        if name not in PLAIN + FAULTS:
            raise APIError(404, f"The model '{name}' does not exist.", param="model", code="model_not_found")
        return {"id": name, "object": "model", "created": CREATED, "owned_by": "test"}

    def question(self, wanted: str) -> dict:
        """What was asked, if it is sound, unless the model's fault comes first."""
        body = self.json_body()
        if not isinstance(body, dict):
            raise APIError(400, "We could not parse the JSON body of your request.")
        if not isinstance(body.get("model"), str):
            raise APIError(400, "you must provide a model parameter")
        self.name = body["model"]
        self.model(self.name)
        if not body.get(wanted):
            raise APIError(
                400, f"Missing required parameter: '{wanted}'.", param=wanted, code="missing_required_parameter"
            )
        with self.asked_lock:
            self.asked[self.name] += 1
            first = self.asked[self.name] <= self.server.options.faults
        if self.name == "rate-limited-always" or self.name == "rate-limited" and first:
            raise APIError(
                429, "Rate limit reached for requests.", "requests", code="rate_limit_exceeded",
                headers={"Retry-After": "1"},
            )
        if self.name == "broken-always" or self.name == "broken" and first:
            raise APIError(500, "The server had an error while processing your request.", "server_error")
        if self.name == "refused":
            raise APIError(400, f"Invalid value for '{wanted}'.", param=wanted, code="invalid_value")
        return body

    def deltas(self, text: str, limit: int | None) -> tuple[list[str], bool]:
        """The pieces of the answer to a text, its own words or the many of a slow one; whether the limit cut them."""
        pieces = [f" {number}" for number in range(SLOW_DELTAS)] if self.name == "slow" else words(text)
        return (pieces[:limit], len(pieces) > limit) if limit else (pieces, False)

    def send_whole(self, value: dict) -> None:
        """An answer that is no stream, with the model's fault."""
        if self.name == "slow":
            time.sleep(SLOW_PAUSE * SLOW_DELTAS)
        if self.name == "truncated":
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.cut()
            return
        self.answer(value)

    def send_events(self, first: list, deltas: list, last: list, failure: dict) -> None:
        """A stream: what comes first, the deltas, what comes last, with the model's fault among them."""
        self.begin_stream("text/event-stream; charset=utf-8", self.common_headers())
        for event in first:
            self.send_event(event)
        for number, event in enumerate(deltas):
            if number == BEFORE_FAULT:
                match self.name:
                    case "truncated":
                        self.cut()
                        return
                    case "unfinished":
                        self.end_stream()
                        return
                    case "error-in-stream":
                        self.send_event(failure)
                        self.end_stream()
                        return
            if self.name == "slow":
                time.sleep(SLOW_PAUSE)
            self.send_event(event)
        for event in last:
            self.send_event(event)
        self.end_stream()

    def send_event(self, event: dict | str) -> None:
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        name = event.get("type") if isinstance(event, dict) else None
        self.send_chunk((f"event: {name}\n" if name else "") + f"data: {data}\n\n")

    # MARK: Chat completions

    def chat(self, body: dict) -> None:
        messages = body["messages"]
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise APIError(400, "Invalid type for 'messages'.", param="messages", code="invalid_type")
        said = next((m.get("content") for m in reversed(messages) if m.get("role") == "user"), "")
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        deltas, cut = self.deltas(text_of(said), limit)
        prompt = sum(len(words(text_of(message.get("content")))) for message in messages)
        reason = "length" if cut else "stop"
        usage = {
            "prompt_tokens": prompt, "completion_tokens": len(deltas), "total_tokens": prompt + len(deltas),
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
        }
        head = {"id": f"chatcmpl-{self.serial}", "created": CREATED, "model": self.name}
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(deltas), "refusal": None}
            choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
            self.send_whole({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
            return
        counted = (body.get("stream_options") or {}).get("include_usage", False)
        head["object"] = "chat.completion.chunk"

        def chunk(delta: dict, finish: str | None = None) -> dict:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return {**head, "choices": [choice], **({"usage": None} if counted else {})}

        last = [chunk({}, reason), *([{**head, "choices": [], "usage": usage}] if counted else []), "[DONE]"]
        self.send_events(
            [chunk({"role": "assistant", "content": ""})], [chunk({"content": delta}) for delta in deltas], last,
            {"error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}},
        )

    # MARK: Responses

    def response(self, body: dict) -> None:
        asked = body["input"]
        if isinstance(asked, list):
            asked = next((text_of(item.get("content")) for item in reversed(asked) if isinstance(item, dict)), "")
        limit = body.get("max_output_tokens")
        deltas, cut = self.deltas(text_of(asked), limit)
        text = "".join(deltas)
        count = len(words(text_of(asked))) + len(words(text_of(body.get("instructions"))))
        usage = {
            "input_tokens": count, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": len(deltas),
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": count + len(deltas),
        }

        def part(content: str) -> dict:
            return {"type": "output_text", "text": content, "annotations": [], "logprobs": []}

        def item(status: str, content: list) -> dict:
            return {
                "id": f"msg_{self.serial}", "type": "message", "role": "assistant", "status": status,
                "content": content,
            }

        def whole(status: str, output: list, used: dict | None) -> dict:
            return {
                "id": f"resp_{self.serial}", "object": "response", "created_at": CREATED, "status": status,
                "error": None, "instructions": body.get("instructions"), "max_output_tokens": limit, "model": self.name,
                "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
                "output": output, "parallel_tool_calls": True, "previous_response_id": None, "temperature": 1.0,
                "tool_choice": "auto", "tools": [], "top_p": 1.0, "metadata": body.get("metadata") or {},
                "usage": used,
            }

        status = "incomplete" if cut else "completed"
        finished = whole(status, [item(status, [part(text)])], usage)
        if not body.get("stream"):
            self.send_whole(finished)
            return
        numbers = itertools.count()
        place = {"item_id": f"msg_{self.serial}", "output_index": 0, "content_index": 0}

        def event(kind: str, **fields: object) -> dict:
            return {"type": kind, "sequence_number": next(numbers), **fields}

        first = [
            event("response.created", response=whole("in_progress", [], None)),
            event("response.in_progress", response=whole("in_progress", [], None)),
            event("response.output_item.added", output_index=0, item=item("in_progress", [])),
            event("response.content_part.added", **place, part=part("")),
        ]
        pieces = [event("response.output_text.delta", **place, delta=delta, logprobs=[]) for delta in deltas]
        last = [
            event("response.output_text.done", **place, text=text, logprobs=[]),
            event("response.content_part.done", **place, part=part(text)),
            event("response.output_item.done", output_index=0, item=item(status, [part(text)])),
            event(f"response.{status}", response=finished),
        ]
        failure = {
            "type": "error", "sequence_number": len(first) + BEFORE_FAULT, "code": "server_error",
            "message": "The server had an error.", "param": None,
        }
        self.send_events(first, pieces, last, failure)

    # MARK: Embeddings

    def embeddings(self, body: dict) -> None:
        asked = body["input"]
        # One text, one list of tokens, or a list of either.
        inputs = asked if isinstance(asked, list) and not isinstance(asked[0], int) else [asked]
        dimensions = body.get("dimensions") or 8
        data = []
        for index, value in enumerate(inputs):
            numbers = vector(value if isinstance(value, str) else json.dumps(value), dimensions)
            if body.get("encoding_format") == "base64":
                numbers = base64.b64encode(struct.pack(f"<{dimensions}f", *numbers)).decode()
            data.append({"object": "embedding", "index": index, "embedding": numbers})
        count = sum(len(words(value)) if isinstance(value, str) else len(value) for value in inputs)
        usage = {"prompt_tokens": count, "total_tokens": count}
        self.send_whole({"object": "list", "data": data, "model": self.name, "usage": usage})


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--key", required=True, help="the API key that is taken")
    options.add_argument("--faults", type=int, default=1, help="how often the faults that end come")
    serve(ChatHandler, options.parse_args())


if __name__ == "__main__":
    main()
