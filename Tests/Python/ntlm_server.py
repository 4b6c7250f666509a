"""A server that wants NTLM: pyspnego authenticates each connection against the file that NTLM_USER_FILE names.

Every path answers 401 with `WWW-Authenticate: NTLM` on a connection that is not authenticated, and 200 with JSON on one
that is: the user, and what came. A message that is wrong is answered with 401, and the connection may try again.
"""
import base64
import binascii

import spnego
from spnego.exceptions import SpnegoError

from base_server import Handler, parser, serve

SIGNATURE, NEGOTIATE = b"NTLMSSP\0", 1


class NTLMHandler(Handler):
    # Of the connection, as NTLM has it: of all requests on it.
    context: spnego.ContextProxy | None = None
    user: str | None = None

    def respond(self) -> None:
        scheme, _, text = self.headers.get("Authorization", "").partition(" ")
        if scheme.upper() == "NTLM":
            challenge = self.step(text)
            if self.user is None:
                self.refuse(challenge)
                return
        if self.user is None:
            self.refuse("NTLM")
            return
        self.send_json(
            200,
            {
                "user": self.user, "method": self.method, "path": self.path, "query": self.query,
                "body": self.body.decode("utf-8", "replace"), "connection": self.connection_id,
            },
        )

    def step(self, text: str) -> str:
        """Takes a message of the client; what WWW-Authenticate says if the connection is not authenticated then."""
        try:
            message = base64.b64decode(text, validate=True)
            if message[8:12] == NEGOTIATE.to_bytes(4, "little"):
                self.user = None
                self.context = spnego.server(protocol="ntlm")
            if not message.startswith(SIGNATURE) or self.context is None:
                return "NTLM"
            answer = self.context.step(message)
            if self.context.complete:
                self.user = self.context.client_principal
                self.context = None
        except (SpnegoError, binascii.Error, ValueError):
            self.user = self.context = None
            return "NTLM"
        return "NTLM" if answer is None else "NTLM " + base64.b64encode(answer).decode()

    def refuse(self, challenge: str) -> None:
        self.send_json(401, {"error": "NTLM is required"}, {"WWW-Authenticate": challenge})


if __name__ == "__main__":
    serve(NTLMHandler, parser(__doc__).parse_args())
