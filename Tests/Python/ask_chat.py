"""Asks the server of chat_server.py with the public client of OpenAI, for all that it answers.

Usage: ask_chat.py URL KEY. Ends with 0 if each answer was as it must be; else with the first that was not.
"""
import json
import sys
from collections.abc import Callable

import openai
from openai import OpenAI

TEXT = "  Grüße aus Wien, 🌍 und dem Rest"
MESSAGES = [{"role": "system", "content": "be brief"}, {"role": "user", "content": TEXT}]


def models(client: OpenAI) -> None:
    assert "echo-1" in [model.id for model in client.models.list()]
    assert client.models.retrieve("echo-2").owned_by == "test"
    fails(openai.NotFoundError, lambda: client.models.retrieve("none"), "model_not_found")


def chat(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="echo-1", messages=MESSAGES)
    assert answer.choices[0].message.content == TEXT and answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens == 9 and answer.usage.completion_tokens == 7 and answer.usage.total_tokens == 16
    short = client.chat.completions.create(model="echo-1", messages=MESSAGES, max_completion_tokens=2)
    assert short.choices[0].message.content == "  Grüße aus" and short.choices[0].finish_reason == "length"
    parts = [{"role": "user", "content": [{"type": "text", "text": "in parts"}]}]
    assert client.chat.completions.create(model="echo-1", messages=parts).choices[0].message.content == "in parts"

    chunks = list(
        client.chat.completions.create(
            model="echo-1", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(text) == TEXT and len([piece for piece in text if piece]) == 7
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 16 and chunks[-2].usage is None
    assert chunks[-2].choices[0].finish_reason == "stop"
    plain = list(client.chat.completions.create(model="echo-1", messages=MESSAGES, stream=True))
    assert all(chunk.choices for chunk in plain)


def responses(client: OpenAI) -> None:
    answer = client.responses.create(model="echo-1", input=TEXT, instructions="be brief")
    assert answer.output_text == TEXT and answer.status == "completed" and answer.usage.total_tokens == 16
    short = client.responses.create(model="echo-1", input=MESSAGES[1:], max_output_tokens=2)
    assert short.status == "incomplete" and short.incomplete_details.reason == "max_output_tokens"
    events = list(client.responses.create(model="echo-1", input=TEXT, stream=True))
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == TEXT
    assert [event.sequence_number for event in events] == list(range(len(events)))
    # The client's own reading of the events, which wants all of them in order.
    with client.responses.stream(model="echo-1", input=TEXT) as stream:
        assert stream.get_final_response().output_text == TEXT


def embeddings(client: OpenAI) -> None:
    # The client asks for base64 where no format is given.
    one = client.embeddings.create(model="embed-1", input="a text")
    two = client.embeddings.create(model="embed-1", input=["another", "a text"], encoding_format="float")
    assert len(one.data[0].embedding) == 8 and [item.index for item in two.data] == [0, 1]
    near = zip(one.data[0].embedding, two.data[1].embedding, strict=True)
    assert all(abs(left - right) < 1e-6 for left, right in near) and one.data[0].embedding != two.data[0].embedding
    assert len(client.embeddings.create(model="embed-1", input=[1, 2, 3], dimensions=3).data[0].embedding) == 3


def faults(client: OpenAI) -> None:
    def ask(model: str, **options: object) -> object:
        return client.chat.completions.create(model=model, messages=MESSAGES, **options)

    def ask_raw(model: str, retries: int) -> object:
        raw = client.with_options(max_retries=retries).chat.completions.with_raw_response
        return raw.create(model=model, messages=MESSAGES)

    for model in ("rate-limited", "broken"):
        raw = ask_raw(model, 2)
        assert raw.retries_taken == 1, f"{model}: {raw.retries_taken} retries"
        assert raw.parse().choices[0].message.content == TEXT
        assert raw.headers["x-ratelimit-limit-requests"] == "1000" and raw.headers["x-request-id"].startswith("req_")
    limit = fails(openai.RateLimitError, lambda: ask_raw("rate-limited-always", 0), "rate_limit_exceeded")
    assert limit.response.headers["retry-after"] == "1"
    fails(openai.InternalServerError, lambda: ask_raw("broken-always", 0), None)
    fails(openai.BadRequestError, lambda: ask("refused"), "invalid_value")
    fails(openai.NotFoundError, lambda: ask("none"), "model_not_found")
    missing = "missing_required_parameter"
    fails(openai.BadRequestError, lambda: client.embeddings.create(model="embed-1", input=[]), missing)

    read: list[str] = []

    def read_all(model: str) -> None:
        # Item by item: those before the fault are there.
        for chunk in ask(model, stream=True):
            read.append(chunk.choices[0].delta.content)

    assert fails(openai.APIError, lambda: read_all("error-in-stream"), None).message == "The server had an error."
    assert "".join(read) == "  Grüße aus", read
    # In the other API it is an event like others, and the last one.
    *_, last = client.responses.create(model="error-in-stream", input=TEXT, stream=True)
    assert last.type == "error" and last.code == "server_error"
    read.clear()
    fails(openai.APIConnectionError, lambda: read_all("truncated"), None)
    assert "".join(read) == "  Grüße aus", read
    unfinished = list(ask("unfinished", stream=True))
    assert len(unfinished) == 3 and all(chunk.choices[0].finish_reason is None for chunk in unfinished)
    fails(openai.APIConnectionError, lambda: ask_raw("truncated", 0), None)
    slow = iter(ask("slow", stream=True))
    assert [next(slow).choices[0].delta.content for _ in range(3)] == ["", " 0", " 1"]


def keys(client: OpenAI) -> None:
    wrong = client.with_options(api_key="wrong-key")
    error = fails(openai.AuthenticationError, lambda: wrong.models.list(), "invalid_api_key")
    assert "wrong-key" not in json.dumps(error.body)


def fails(kind: type[openai.APIError], ask: Callable[[], object], code: str | None) -> openai.APIError:
    try:
        ask()
    except kind as error:
        assert error.code == code, f"{error.code} instead of {code}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def main() -> int:
    url, key = sys.argv[1:]
    client = OpenAI(api_key=key, base_url=url + "/v1", organization="org-test", project="proj-test")
    for part in (models, chat, responses, embeddings, faults, keys):
        part(client)
    print("equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
