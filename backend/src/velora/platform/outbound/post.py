"""One request to a stranger's address.

Its name is looked up once for each request, every address it leads to is checked, and the connection goes to a checked address
itself: a name that leads elsewhere a moment later gains nothing. TLS is verified for the name. Each request has a connection of its
own, so none that was made for one name serves another.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import httpcore

from velora.platform.outbound.addresses import Address, read
from velora.platform.outbound.target import Rules, Target, TargetRefused, target_of

CONNECT_WITHIN: Final = 3.0  # seconds, for each address that is tried
WHOLE_WITHIN: Final = 15.0  # seconds, from the look-up of the name to the last byte that is read
BODY_WITHIN: Final = 3.0  # seconds, once the reply has begun: its status says all that counts
READ_OF_A_REPLY: Final = 4096
_LONGEST_HEADER: Final = 200
_ADDRESSES_TRIED: Final = 3
# Names are looked up in threads of their own: a name server that does not answer holds up nothing else.
_LOOK_UPS: Final = ThreadPoolExecutor(max_workers=16, thread_name_prefix="look-up")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True)
class Answer:
    """What came back: the beginning of the reply's body, as text. `retry_after` is that header, as it came."""

    status: int
    body: str
    duration_ms: int
    retry_after: str = ""
    location: str = ""


@dataclass(frozen=True)
class Unreached:
    """No reply came, or the address may not be reached; `why` says which."""

    why: str
    duration_ms: int


async def look_up(host: str, port: int) -> Sequence[str]:
    """Every address of the name. Raises OSError where it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_LOOK_UPS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return [str(address[0]) for *_, address in found]


class Outbound:
    """Sends what is given to whom the rules let it reach. `resolve` and `trusted` are the system's own, but in tests."""

    def __init__(self, resolve: Resolve = look_up, trusted: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve
        self._trusted = trusted

    async def check(self, url: str, rules: Rules) -> None:
        """Raises TargetRefused for a URL that would not be sent to: its form, or an address that its name has now."""
        target = target_of(url, rules)
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._addresses(target, rules)
        except TimeoutError as error:
            raise TargetRefused(f"The name {target.host} could not be looked up within {CONNECT_WITHIN:.0f} s. Try again.") from error

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], rules: Rules) -> Answer | Unreached:
        """Send the body, once. Nothing is raised for what the other side does or does not do."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(WHOLE_WITHIN):
                target = target_of(url, rules)
                return await self._send(target, await self._addresses(target, rules), body, headers, begun)
        except TargetRefused as error:
            return Unreached(str(error), _passed(begun))
        except TimeoutError:
            return Unreached(f"no whole answer within {WHOLE_WITHIN:.0f} s", _passed(begun))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, ValueError) as error:
            return Unreached(_why(error), _passed(begun))

    async def _addresses(self, target: Target, rules: Rules) -> list[Address]:
        """The addresses of the name. One that may not be reached refuses the name: which of them is used is not left to chance."""
        try:
            found = list(dict.fromkeys(read(text) for text in await self._resolve(target.host, target.port)))
        except (OSError, ValueError) as error:
            raise TargetRefused(f"The host {target.host} leads nowhere: it has no address. Check it for typing errors.") from error
        if not found or not all(rules.allow(address) for address in found):
            raise TargetRefused(
                f"The host {target.host} leads to an address that is not on the public internet, and is not reached from here. "
                "Use an address that anybody could reach."
            )
        return found

    async def _send(
        self, target: Target, addresses: Sequence[Address], body: bytes, headers: Mapping[str, str], begun: float
    ) -> Answer | Unreached:
        missed: Exception | None = None
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return await self._send_to(target, address, body, headers, begun)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:  # nothing was sent
                missed = error
        return Unreached(_why(missed or OSError("no address")), _passed(begun))

    async def _send_to(self, target: Target, address: Address, body: bytes, headers: Mapping[str, str], begun: float) -> Answer:
        url = httpcore.URL(scheme=target.scheme, host=str(address), port=target.port, target=target.path)
        named: dict[bytes | str, bytes | str] = {"host": target.named, "accept": "*/*", "accept-encoding": "identity"}
        named |= {"content-length": str(len(body)), **headers}
        waits = {"connect": CONNECT_WITHIN, "read": WHOLE_WITHIN, "write": WHOLE_WITHIN, "pool": WHOLE_WITHIN}
        trusted = self._context if target.is_tls else None
        async with (
            httpcore.AsyncConnectionPool(ssl_context=trusted, max_keepalive_connections=0) as alone,
            alone.stream("POST", url, headers=named, content=body, extensions={"timeout": waits, "sni_hostname": target.host}) as reply,
        ):
            said = await _beginning(reply)
            return Answer(
                reply.status,
                said.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"),
                _passed(begun),
                _header(reply, b"retry-after"),
                _header(reply, b"location"),
            )

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made once: reading all the certificates that the world trusts takes a while."""
        return self._trusted or ssl.create_default_context()


async def _beginning(reply: httpcore.Response) -> bytes:
    """The first bytes of the body as they came. The rest is not read: an endless one ends here, and so does one that never goes on."""
    said = bytearray()
    with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        async with asyncio.timeout(BODY_WITHIN):
            async for part in reply.aiter_stream():
                said += part
                if len(said) >= READ_OF_A_REPLY:
                    break
    return bytes(said[:READ_OF_A_REPLY])


def _header(reply: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for known, value in reply.headers if known.lower() == name), "")[:_LONGEST_HEADER]


def _passed(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _why(error: Exception) -> str:
    """In a person's words, without our own addresses in them."""
    match error:
        case httpcore.ConnectTimeout():
            return f"no connection within {CONNECT_WITHIN:.0f} s"
        case httpcore.ConnectError() if "certificate" in str(error).lower() or "ssl" in str(error).lower():
            return f"TLS failed: {error}"[:300]
        case httpcore.ConnectError():
            return "the connection was refused"
        case httpcore.TimeoutException():
            return f"no whole answer within {WHOLE_WITHIN:.0f} s"
        case httpcore.ProtocolError() | httpcore.NetworkError():
            return f"the connection broke off: {error}"[:300].rstrip(": ")
        case _:
            return f"{type(error).__name__}: {error}"[:300]
