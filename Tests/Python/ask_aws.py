"""Sends requests that botocore has signed to the server of aws_server.py, right ones and spoilt ones.

Usage: ask_aws.py URL ACCESS_KEY SECRET_KEY [SESSION_TOKEN]. Ends with 0 if each was answered as it must be; else says
which was not.
"""
import http.client
import json
import sys
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

Spoil = Callable[[AWSRequest], None]


class Asker:
    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url
        self.credentials = credentials
        self.wrong: list[str] = []

    def ask(
        self, what: str, status: int, path: str, service: str = "execute-api", method: str = "GET", body: bytes = b"",
        headers: dict[str, str] | None = None, unsigned: bool = False, spoil: Spoil | None = None,
        credentials: Credentials | None = None, code: str | None = None,
    ) -> None:
        request = AWSRequest(method=method, url=self.url + path, data=body, headers=headers or {})
        if unsigned:
            request.context["client_config"] = Config(s3={"payload_signing_enabled": False})
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(credentials or self.credentials, service, "eu-central-1").add_auth(request)
        if spoil:
            spoil(request)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc)
        target = request.url.removeprefix(self.url)
        connection.request(request.method, target, body=request.data, headers=dict(request.headers.items()))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status != status or code and json.loads(text)["code"] != code:
            self.wrong.append(f"{what}: {answer.status} {text}")


def set_header(name: str, value: str) -> Spoil:
    def spoil(request: AWSRequest) -> None:
        del request.headers[name]
        request.headers[name] = value

    return spoil


def set_body(request: AWSRequest) -> None:
    request.data = b"other"


def set_url(request: AWSRequest) -> None:
    request.url += "x"


def set_method(request: AWSRequest) -> None:
    request.method = "DELETE"


def main() -> int:
    url, key, secret, *token = sys.argv[1:]
    asker = Asker(url, Credentials(key, secret, *token))
    json_headers = {"Content-Type": "application/json", "X-Amz-Target": "Thing.Do"}

    asker.ask("a plain GET", 200, "/")
    asker.ask("a path of segments", 200, "/a/b%20c/%C3%A9")
    asker.ask("a path with dots and double slashes", 200, "/a//b/../c/")
    asker.ask("a query out of order", 200, "/?b=2&a=1&a=0&c=&B=3")
    asker.ask("a query of reserved characters", 200, "/?k=" + quote("a b+c/=&é~*'()", safe="~"))
    asker.ask("a POST with a body", 200, "/", method="POST", body=b'{"a": 1}', headers=json_headers)
    asker.ask("spaces inside a header", 200, "/", headers={"X-Amz-Meta": "  a   b  "})
    asker.ask("s3", 200, "/bucket/key with//dots/../é.txt".replace(" ", "%20").replace("é", "%C3%A9"), "s3")
    asker.ask("s3 with a body", 200, "/bucket/key", "s3", "PUT", b"hello")
    asker.ask("s3 with a body that is not signed", 200, "/bucket/key", "s3", "PUT", b"hello", unsigned=True)

    mismatch = "SignatureDoesNotMatch"
    asker.ask("another secret", 403, "/", credentials=Credentials(key, secret + "x", *token), code=mismatch)
    asker.ask("another key", 403, "/", credentials=Credentials("OTHER", secret, *token), code="InvalidClientTokenId")
    asker.ask(
        "another token", 403, "/", credentials=Credentials(key, secret, "other"), code="InvalidClientTokenId"
    )
    asker.ask("another method", 403, "/", spoil=set_method, code=mismatch)
    asker.ask("another path", 403, "/a", spoil=set_url, code=mismatch)
    asker.ask("another query", 403, "/?a=1", spoil=set_url, code=mismatch)
    asker.ask("another body", 403, "/", method="POST", body=b"body", spoil=set_body, code=mismatch)
    asker.ask(
        "another body for s3", 403, "/", "s3", "PUT", b"body", spoil=set_body, code="XAmzContentSHA256Mismatch"
    )
    asker.ask(
        "another header", 403, "/", headers={"X-Amz-Meta": "a"}, spoil=set_header("X-Amz-Meta", "b"), code=mismatch
    )
    asker.ask("a header that is not signed", 403, "/", spoil=set_header("X-Amz-Meta", "b"), code="AccessDenied")
    asker.ask("another time", 403, "/", spoil=set_header("X-Amz-Date", "20200101T000000Z"), code=mismatch)
    asker.ask("no authorization", 403, "/", spoil=set_header("Authorization", "none"), code="IncompleteSignature")
    print("\n".join(asker.wrong) or "equal")
    return 1 if asker.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
