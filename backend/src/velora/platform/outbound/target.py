"""Which URLs are taken from a stranger, and what is read out of them: nobody reads them a second time, and otherwise."""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from velora.platform.outbound.addresses import Address, is_loopback, may_reach
from velora.platform.settings import Settings

LONGEST: Final = 500
_PORTS: Final = frozenset({443, 8443})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9.])?|[0-9a-f:.]+")


class TargetRefused(Exception):
    """The URL, or what its name leads to, is not taken; the message says why and what would be."""


@dataclass(frozen=True)
class Rules:
    """`development`: plain http and any port may be used. `loopback`: this machine may be reached, for a receiver beside it."""

    development: bool = False
    loopback: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.is_development, settings.webhooks_to_loopback)

    def allow(self, address: Address) -> bool:
        return may_reach(address) or (self.loopback and is_loopback(address))


@dataclass(frozen=True)
class Target:
    """A URL whose form is fine; which addresses its host has is another question, asked anew at each request."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def named(self) -> str:
        """The header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(text: str, rules: Rules) -> Target:
    """The URL as it is reached. Raises TargetRefused for what has no host, carries a password, is not https, or uses an odd port."""
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise TargetRefused(f"Give a URL of at most {LONGEST} plain characters, such as https://shop.example.com/velora.")
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise TargetRefused(f"This is no URL: {error}. One looks like https://shop.example.com/velora.") from error
    if url.scheme not in ({"https", "http"} if rules.development else {"https"}):
        raise TargetRefused("Give a URL that begins with https://: what is sent is for its receiver alone.")
    if "@" in url.netloc:
        raise TargetRefused("Leave name and password out of the URL: what we send is signed, and its receiver can tell by that.")
    if _NAME.fullmatch(host) is None:
        raise TargetRefused("The URL names no host. One looks like https://shop.example.com/velora.")
    if url.fragment:
        raise TargetRefused("Leave out what follows the #: it is never sent.")
    port = port or _DEFAULT_PORTS[url.scheme]
    if not rules.development and port not in _PORTS:
        raise TargetRefused(f"Port {port} is not reached from here. Receive on 443 or 8443.")
    return Target(url.scheme, host, port, (url.path or "/") + (f"?{url.query}" if url.query else ""))
