"""A server that verifies the AWS Signature Version 4 of each request with botocore's own signer.

What came is rebuilt as a request of botocore, with the signed headers only, and signed at the same time with the same
scope. The query is decoded first and encoded by botocore, as AWS does it: what a client signs must be the canonical
form, whatever it sends. A plus sign is a plus sign there.

200 with JSON if both agree, or 403 with a code, and botocore's canonical request and string to sign.
"""
import datetime
import hashlib
import hmac
import re
from urllib.parse import unquote

from botocore.auth import SIGV4_TIMESTAMP, UNSIGNED_PAYLOAD, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import Credentials

from base_server import Handler, parser, serve

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    r"SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})"
)
TOLERANCE = datetime.timedelta(minutes=15)


class Refusal(Exception):
    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(code)
        self.body = {"code": code, "message": message, **details}


class AWSHandler(Handler):
    def respond(self) -> None:
        try:
            self.send_json(200, self.verified())
        except Refusal as refusal:
            self.send_json(403, refusal.body)

    def verified(self) -> dict:
        """What was verified, if the signature is right."""
        options = self.server.options
        match = AUTHORIZATION.fullmatch(self.headers.get("Authorization", "").strip())
        if not match:
            raise Refusal("IncompleteSignature", "There is no Authorization of the form that is wanted.")
        key, date, region, service, signed, signature = match.groups()
        if key != options.access_key:
            raise Refusal("InvalidClientTokenId", "The access key is not known.")
        if options.region not in (None, region) or options.service not in (None, service):
            raise Refusal("SignatureDoesNotMatch", f"The scope should be of {options.region} and {options.service}.")
        names = signed.split(";")
        if names != sorted(names) or signed != signed.lower():
            raise Refusal("IncompleteSignature", "SignedHeaders are not in order, or not in lower case.")
        self.check_headers(names)
        timestamp = self.timestamp(names, date)

        digest = self.check_payload(service)
        request = self.rebuilt(names, timestamp, digest)
        credentials = Credentials(options.access_key, options.secret_key, options.session_token)
        signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, region)
        # add_auth without its clock.
        signer._modify_request_before_signing(request)
        canonical = signer.canonical_request(request)
        to_sign = signer.string_to_sign(request, canonical)
        wanted = signer.signed_headers(signer.headers_to_sign(request))
        if wanted != signed or not hmac.compare_digest(signer.signature(to_sign, request), signature):
            raise Refusal(
                "SignatureDoesNotMatch", "The signature is another one.", canonical_request=canonical,
                string_to_sign=to_sign, signed_headers=wanted,
            )
        return {
            "method": self.method, "path": self.path, "query": self.query, "region": region, "service": service,
            "signed_headers": names, "payload": digest, "session_token": options.session_token is not None,
            "body": self.body.decode("utf-8", "replace"),
        }

    def check_headers(self, names: list[str]) -> None:
        """AWS wants these signed: the host, and all of its own."""
        own = {name.lower() for name in self.headers if name.lower().startswith("x-amz-")}
        unsigned = sorted((own | {"host"}) - set(names))
        if unsigned:
            raise Refusal("AccessDenied", "There were headers that are not signed.", headers=unsigned)
        missing = [name for name in names if name not in self.headers]
        if missing:
            raise Refusal("SignatureDoesNotMatch", "Headers that are signed did not come.", headers=missing)
        token = self.server.options.session_token
        if self.headers.get("X-Amz-Security-Token") != token:
            raise Refusal("InvalidClientTokenId", "The session token is missing or another one.")

    def timestamp(self, names: list[str], date: str) -> str:
        """The time of the signature, if it is now."""
        timestamp = self.headers.get("X-Amz-Date", "")
        try:
            moment = datetime.datetime.strptime(timestamp, SIGV4_TIMESTAMP).replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            raise Refusal("IncompleteSignature", "X-Amz-Date is missing or malformed.") from None
        if not timestamp.startswith(date):
            raise Refusal("SignatureDoesNotMatch", "The scope is of another date than X-Amz-Date.")
        if "date" in names:
            raise Refusal("SignatureDoesNotMatch", "botocore signs X-Amz-Date or Date, and not both.")
        if abs(datetime.datetime.now(datetime.timezone.utc) - moment) > TOLERANCE:
            raise Refusal("RequestTimeTooSkewed", "X-Amz-Date is too far from now.")
        return timestamp

    def check_payload(self, service: str) -> str:
        """The digest of the body that the signature is for, if the body has it."""
        said = self.headers.get("X-Amz-Content-SHA256")
        digest = hashlib.sha256(self.body).hexdigest()
        if said == UNSIGNED_PAYLOAD and service == "s3":
            return said
        if said not in (None, digest):
            raise Refusal("XAmzContentSHA256Mismatch", "X-Amz-Content-SHA256 is not of this body.", body_sha256=digest)
        return digest

    def rebuilt(self, names: list[str], timestamp: str, digest: str) -> AWSRequest:
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            if name.lower() in names:
                headers[name] = value
        request = AWSRequest(method=self.method, url=f"http://{self.headers['Host']}{self.path}", data=self.body)
        request.headers = headers
        pairs = (pair.partition("=") for pair in self.query.split("&") if pair)
        request.params = [(unquote(name), unquote(value)) for name, _, value in pairs]
        request.context["timestamp"] = timestamp
        if digest == UNSIGNED_PAYLOAD:
            request.context["client_config"] = Config(s3={"payload_signing_enabled": False})
        return request


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--access-key", required=True)
    options.add_argument("--secret-key", required=True)
    options.add_argument("--session-token", help="left out: there may be none")
    options.add_argument("--region", help="the only one that is taken; left out: any")
    options.add_argument("--service", help="the only one that is taken; left out: any")
    serve(AWSHandler, options.parse_args())


if __name__ == "__main__":
    main()
