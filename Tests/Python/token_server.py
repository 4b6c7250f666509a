"""A token endpoint of OAuth 2.0 and a resource that wants its tokens, both by authlib.

What each path answers stands at the Swift class TokenServer.
"""
import argparse
import os
import threading
import time
from urllib.parse import parse_qsl

# authlib refuses http else.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Payload, TokenMixin, grants
from authlib.oauth2.rfc6749.util import scope_to_list
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator

from base_server import Handler, parser, serve

METHODS = {"basic": ["client_secret_basic"], "post": ["client_secret_post"]}
METHODS["any"] = METHODS["basic"] + METHODS["post"]


class Client(ClientMixin):
    def __init__(self, options: argparse.Namespace) -> None:
        self.client_id = options.client_id
        self.secret = options.client_secret
        self.scope = options.scope

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or self.scope

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return True


class Token(TokenMixin):
    """What was issued: an access token, a refresh token, or both."""

    def __init__(self, serial: int, client: Client, scope: str, audience: str | None, expires_in: int | None) -> None:
        self.serial = serial
        self.client = client
        self.scope = scope
        self.audience = audience
        self.expires_at = None if expires_in is None else time.monotonic() + expires_in
        self.revoked = False
        self.refresh_revoked = False

    def check_client(self, client: Client) -> bool:
        return self.client is client

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return self.expires_at is not None and time.monotonic() >= self.expires_at

    def is_revoked(self) -> bool:
        return self.revoked


class Payload(OAuth2Payload):
    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._fields.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._fields


class Request(OAuth2Request):
    def __init__(self, handler: Handler) -> None:
        super().__init__(handler.method, "http://127.0.0.1" + handler.target, headers=handler.headers)
        self.payload = Payload(handler.form())
        self._arguments = dict(parse_qsl(handler.query))

    @property
    def args(self) -> dict[str, str]:
        return self._arguments

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class TokenEndpoint(AuthorizationServer):
    """The tokens, and what authlib wants to know of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(scopes_supported=scope_to_list(options.scope))
        self.options = options
        self.client = Client(options)
        self.lock = threading.Lock()
        self.access: dict[str, Token] = {}
        self.refresh: dict[str, Token] = {}
        self.counts = {"issued": 0, "refreshed": 0, "refused": 0, "resource": 0, "resource_refused": 0}
        if options.refresh_token:
            self.refresh[options.refresh_token] = Token(0, self.client, options.scope, None, None)
        self.register_token_generator(
            "default",
            # An expires_in of 0 is what leaves it out of the answer.
            BearerTokenGenerator(
                lambda **_: f"access-{os.urandom(12).hex()}", lambda **_: f"refresh-{os.urandom(12).hex()}",
                lambda *_: options.expires_in or 0,
            ),
        )
        self.register_grant(ClientCredentials)
        self.register_grant(RefreshToken)

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict, request: Request) -> None:
        """Keeps what authlib is about to answer, and adds the audience to it."""
        old: Token | None = request.refresh_token
        audience = request.form.get("audience") or request.form.get("resource") or (old and old.audience)
        if audience:
            token["audience"] = audience
        self.counts["issued"] += 1
        self.counts["refreshed"] += old is not None
        saved = Token(self.counts["issued"], self.client, token["scope"], audience, self.options.expires_in)
        self.access[token["access_token"]] = saved
        if "refresh_token" in token:
            self.refresh[token["refresh_token"]] = saved

    def create_oauth2_request(self, request: Handler) -> Request:
        return Request(request)

    def handle_response(self, status: int, body: object, headers: list[tuple[str, str]]) -> tuple:
        if status != 200:
            self.counts["refused"] += 1
        return status, body, headers

    def send_signal(self, name: str, *arguments: object, **named: object) -> None:
        """Nobody listens."""

    def answer(self, handler: Handler) -> tuple:
        with self.lock:
            return self.create_token_response(handler)

    def revoke_all(self, refresh: bool) -> int:
        """Makes every access token invalid, and every refresh token too if asked to; how many access tokens."""
        with self.lock:
            count = sum(not token.revoked for token in self.access.values())
            for token in self.access.values():
                token.revoked = True
            if refresh:
                for token in self.refresh.values():
                    token.refresh_revoked = True
            return count


class ClientCredentials(grants.ClientCredentialsGrant):
    @property
    def TOKEN_ENDPOINT_AUTH_METHODS(self) -> list[str]:  # authlib's name
        return METHODS[self.server.options.client_auth]

    def generate_token(self, **named: object) -> dict:
        # RFC 6749 says that there should be none; there are servers that give one.
        named["include_refresh_token"] = self.server.options.issue_refresh_tokens
        return super().generate_token(**named)


class RefreshToken(grants.RefreshTokenGrant):
    @property
    def TOKEN_ENDPOINT_AUTH_METHODS(self) -> list[str]:  # authlib's name
        return METHODS[self.server.options.client_auth]

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # authlib's name
        return self.server.options.rotate

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        token = self.server.refresh.get(refresh_token)
        return None if token is None or token.refresh_revoked else token

    def authenticate_user(self, refresh_token: Token) -> str:
        return refresh_token.client.client_id

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.refresh_revoked = self.server.options.rotate


class Validator(BearerTokenValidator):
    def __init__(self, endpoint: TokenEndpoint) -> None:
        super().__init__(realm="test")
        self.endpoint = endpoint

    def authenticate_token(self, token_string: str) -> Token | None:
        return self.endpoint.access.get(token_string)


class TokenHandler(Handler):
    control_paths = frozenset(["/revoke-all", "/stats"])
    endpoint: TokenEndpoint
    protector = ResourceProtector()

    def respond(self) -> None:
        match self.path:
            case "/token":
                self.token()
            case "/token-slow":
                # Before: those who wait for one token have all come by then.
                time.sleep(1)
                self.token()
            case "/token-error":
                self.send_json(400, {"error": "invalid_client", "error_description": "The client is not known."})
            case "/token-html":
                self.send(200, "<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html; charset=utf-8"})
            case "/resource":
                self.resource()
            case "/revoke-all":
                self.send_json(200, {"revoked": self.endpoint.revoke_all(self.argument("refresh") == "1")})
            case "/stats":
                self.send_json(200, self.endpoint.counts)
            case _:
                self.send_json(404, {"error": "not_found"})

    def token(self) -> None:
        if self.method != "POST":
            self.send_json(405, {"error": "invalid_request"}, {"Allow": "POST"})
            return
        self.send_all(*self.endpoint.answer(self))

    def send_all(self, status: int, body: dict, headers: list[tuple[str, str]]) -> None:
        self.send_json(status, body, [(name, value) for name, value in headers if name.lower() != "content-type"])

    def resource(self) -> None:
        wanted = [self.argument("scope")] if self.argument("scope") else []
        counts = self.endpoint.counts
        try:
            token = self.protector.validate_request(wanted, self)
        except OAuth2Error as error:
            with self.endpoint.lock:
                counts["resource_refused"] += 1
            self.send_all(*error())
            return
        with self.endpoint.lock:
            counts["resource"] += 1
        self.send_json(
            200,
            {
                "token": token.serial, "scope": token.scope, "audience": token.audience, "method": self.method,
                "body": self.body.decode("utf-8", "replace"),
            },
        )


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--client-id", default="client")
    options.add_argument("--client-secret", default="secret")
    options.add_argument("--client-auth", choices=sorted(METHODS), default="any")
    options.add_argument("--scope", default="read write", help="what is allowed, and given where none is asked for")
    options.add_argument("--expires-in", type=int, help="seconds; left out: answers have none, and tokens stay valid")
    options.add_argument("--rotate", action="store_true", help="a refresh gives a new refresh token, and ends the old")
    options.add_argument("--issue-refresh-tokens", action="store_true", help="with client_credentials too")
    options.add_argument("--refresh-token", help="one that is valid from the start")
    given = options.parse_args()
    TokenHandler.endpoint = TokenEndpoint(given)
    TokenHandler.protector.register_token_validator(Validator(TokenHandler.endpoint))
    serve(TokenHandler, given)


if __name__ == "__main__":
    main()
