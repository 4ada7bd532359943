"""Stripe for tests: localstripe, a double made by others, as a process of its own, reached over HTTP through a line of ours.

The line is what stands between us and Stripe in the world: it can lose a request or a reply. It also does what Stripe does at its
door and localstripe does not, each in a line or two, so that it can be seen how much of what passes here is shown by localstripe:

- it keeps the answer to a request under its Idempotency-Key, refuses the key for another request, and says 409 while one is done;
- it takes `return_url` and `allowed_payment_method_types`, which localstripe refuses, and turns the question of 3-D Secure into an
  address to go to.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx

from velora.kernel.clock import Clock
from velora.modules.payments.gateways.stripe.gateway import StripeGateway

SECRET_KEY: Final = "sk_test_123"
WEBHOOK_SECRET: Final = "whsec_of_these_tests"
_NOT_KEPT: Final = {400, 401, 404, 409, 429}
_NOT_TAKEN: Final = ("return_url", "allowed_payment_method_types[0]")


@dataclass(frozen=True)
class Asked:
    """A request as it left us."""

    method: str
    path: str
    params: dict[str, str]
    key: str


@dataclass
class StripeDouble:
    """`base` is the address that an adapter is given."""

    base: str
    straight: httpx.AsyncClient
    asked: list[Asked] = field(default_factory=list[Asked])
    lose_requests: int = 0
    lose_replies: int = 0
    silent_for: float = 0.0
    _kept: dict[str, tuple[Asked, int, bytes] | None] = field(default_factory=dict)
    _return_urls: dict[str, str] = field(default_factory=dict)

    async def start_again(self) -> None:
        """Nothing was ever charged."""
        await self.straight.delete("/_config/data")
        self.asked.clear()
        self._kept.clear()
        self.lose_requests = self.lose_replies = 0
        self.silent_for = 0.0

    def forget_keys(self) -> None:
        """A day has passed."""
        self._kept.clear()

    async def card(self, number: str) -> str:
        """What Stripe's card form makes of a number."""
        card = {"type": "card", "card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}
        return (await self.post("/v1/payment_methods", card))["id"]

    async def bank_says(self, ref: str, *, approved: bool) -> None:
        """The buyer has confirmed, or has not."""
        secret = (await self.get(f"/v1/payment_intents/{ref}"))["client_secret"]
        await self.straight.post(
            f"/v1/payment_intents/{ref}/_authenticate", data={"client_secret": secret, "success": "true" if approved else "false"}
        )

    def way_back(self, ref: str) -> str:
        """Where the bank sends the buyer after its question about this PaymentIntent."""
        return self._return_urls[ref]

    async def charged(self) -> dict[str, int]:
        return self._sums(one for one in await self.all("charges") if one["captured"] and one["status"] == "succeeded")

    async def refunded(self) -> dict[str, int]:
        return self._sums(await self.all("refunds"))

    async def all(self, things: str) -> list[dict[str, Any]]:
        return (await self.get(f"/v1/{things}?limit=100"))["data"]

    async def get(self, path: str) -> Any:
        return (await self.straight.get(path)).raise_for_status().json()

    async def post(self, path: str, data: dict[str, str]) -> Any:
        """Asked of localstripe itself, past the line: by somebody else than the adapter."""
        return (await self.straight.post(path, data=data)).raise_for_status().json()

    @staticmethod
    def _sums(things: Any) -> dict[str, int]:
        sums: dict[str, int] = {}
        for one in things:
            sums[one["currency"].upper()] = sums.get(one["currency"].upper(), 0) + one["amount"]
        return sums

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of the adapter."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = head[0].split(" ")
            asked = Asked(method, path, dict(parse_qsl(body.decode())), headers.get("idempotency-key", ""))
            self.asked.append(asked)
            if self.lose_requests:
                self.lose_requests -= 1
                return
            status, reply = await self._answer(asked, headers.get("authorization", ""))
            if self.lose_replies:
                self.lose_replies -= 1
                return
            await asyncio.sleep(self.silent_for)
            writer.write(b"HTTP/1.1 %d -\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(reply)) + reply)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # whoever asked has gone
        finally:
            writer.close()

    async def _answer(self, asked: Asked, authorization: str) -> tuple[int, bytes]:
        if asked.method != "POST" or not asked.key:
            return await self._pass_on(asked, authorization)
        if asked.key in self._kept:
            kept = self._kept[asked.key]
            if kept is None:
                return 409, _error("idempotency_error", "idempotency_key_in_use")
            before, status, reply = kept
            return (status, reply) if before == asked else (400, _error("idempotency_error", ""))
        self._kept[asked.key] = None
        status, reply = await self._pass_on(asked, authorization)
        if status in _NOT_KEPT:
            del self._kept[asked.key]
        else:
            self._kept[asked.key] = (asked, status, reply)
        return status, reply

    async def _pass_on(self, asked: Asked, authorization: str) -> tuple[int, bytes]:
        body = urlencode({name: value for name, value in asked.params.items() if name not in _NOT_TAKEN})
        headers = {"authorization": authorization, "content-type": "application/x-www-form-urlencoded"}
        reply = await self.straight.request(
            asked.method, asked.path, content=body if asked.method == "POST" else None, headers=headers, auth=None
        )
        if reply.headers.get("content-type", "").startswith("application/json"):
            said = reply.json()
            for intent in [said, *said.get("data", ())] if isinstance(said.get("data", ()), list) else [said]:
                self._ask_with_an_address(intent, asked.params.get("return_url"))
            return reply.status_code, json.dumps(said).encode()
        return reply.status_code, reply.content

    def _ask_with_an_address(self, intent: dict[str, Any], return_url: str | None) -> None:
        if intent.get("object") != "payment_intent" or not intent.get("next_action"):
            return
        self._return_urls.setdefault(intent["id"], return_url or "")
        address = {"return_url": self._return_urls[intent["id"]], "url": f"https://bank.example/3ds/{intent['id']}"}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": address}


def _error(type_: str, code: str) -> bytes:
    return json.dumps({"error": {"type": type_, "code": code, "message": "as Stripe would say"}}).encode()


def a_stripe_gateway(
    double: StripeDouble, clock: Clock, *, key: str = SECRET_KEY, answers_within: timedelta = timedelta(seconds=10)
) -> StripeGateway:
    """The adapter at the end of the line."""
    return StripeGateway(
        key, WEBHOOK_SECRET, api_base=double.base, return_base="https://shop.example/back", clock=clock, answers_within=answers_within
    )


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def a_stripe_double(folder: Path) -> AsyncGenerator[StripeDouble]:
    """localstripe on a free port, and the line to it."""
    port = a_free_port()
    log = (folder / "localstripe.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port), stdout=log, stderr=log, cwd=folder
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", auth=(SECRET_KEY, ""), timeout=20) as straight:
        await until_it_answers(straight, process)
        double = StripeDouble("", straight)
        server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
        double.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield double
        finally:
            server.close()
            process.terminate()
            await process.wait()
            log.close()


async def until_it_answers(straight: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    """A program that was just started serves."""
    for _ in range(200):
        assert process.returncode is None, "it has ended; its log says why"
        try:
            await straight.get("/v1/balance")
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError("it does not answer")
