"""Where OpenSearch is, in one line: `http(s)://[user:password@]host:port[/prefix][?replicas=0&shards=1]`."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

EXAMPLE = "https://user:password@host:9200/velora?replicas=1&shards=1"


@dataclass(frozen=True, slots=True)
class OpenSearchAddress:
    """`prefix` begins the name of every index; `replicas` None: one as soon as there is a second node."""

    host: str
    port: int
    secure: bool
    user: str | None
    password: str | None
    prefix: str
    replicas: int | None
    shards: int

    @classmethod
    def from_url(cls, url: str) -> "OpenSearchAddress":
        """Raises ValueError, which says what an address looks like and never repeats the one that was given."""
        wrong = ValueError(f"should look like {EXAMPLE}; the path is what the names of its indices begin with")
        parts = urlsplit(url)
        try:
            port = parts.port or 9200
        except ValueError:
            raise wrong from None
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        prefix = parts.path.strip("/") or "velora"
        if parts.scheme not in ("http", "https") or not parts.hostname or asked.keys() - {"replicas", "shards"}:
            raise wrong
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,99}", prefix) or not all(number.isdecimal() for number in asked.values()):
            raise wrong
        replicas, shards = int(asked["replicas"]) if "replicas" in asked else None, int(asked.get("shards", "1"))
        if not 1 <= shards <= 100 or not 0 <= (replicas or 0) <= 10:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            secure=parts.scheme == "https",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            prefix=prefix,
            replicas=replicas,
            shards=shards,
        )
