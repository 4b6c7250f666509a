"""URLs in parts."""

from __future__ import annotations

from typing import Optional, TypedDict
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22}


class SplitURL(TypedDict):
    """What `split_url` gives: the names are those of the inputs of REST."""

    scheme: str
    host: str
    port: Optional[int]
    path: str


def split_url(url: str) -> SplitURL:
    """A URL as a dict of scheme, host, port and path, for `this.connect(connector_type='REST', **split_url(url))`.

    Args:
        url: With a scheme and a host. A query stays at the path; a fragment, which no server is sent, is left out.

    Returns:
        The port is that of the scheme if the URL has none, and None if the scheme is not known; the path begins with a
        slash.

    Raises:
        ValueError: It has no scheme or host, its port is no number, or it holds a user name or a password, which belong
            into the inputs for authentication. The URL itself is not in the message.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The original's text quotes parts of the URL.
        raise ValueError("the URL's host or port is malformed") from None
    if not parts.scheme or not parts.hostname:
        raise ValueError("the URL has no scheme or no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the URL holds a user name or a password: give them as the input `authentication`")
    path = parts.path or "/"
    return {
        "scheme": parts.scheme,
        "host": parts.hostname,
        "port": _PORTS.get(parts.scheme) if port is None else port,
        "path": f"{path}?{parts.query}" if parts.query else path,
    }
