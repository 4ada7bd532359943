"""Stripe through its own library: PaymentIntents confirmed by the server, refunds, balance transactions, signed notices.

Our key is Stripe's Idempotency-Key, which Stripe keeps for a day. It also stands in the metadata, so that afterwards, and whenever an
answer was lost, we can ask for what was made under it.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import stripe

from velora.kernel.clock import Clock
from velora.kernel.ids import time_of, try_decode
from velora.modules.payments.gateways.port import (
    TOLERANCE,
    Captured,
    CaptureOrder,
    CaptureOutcome,
    ChargeOrder,
    ChargeOutcome,
    DeclinedCharge,
    Forged,
    KeptCard,
    Notice,
    NotKnown,
    RefundFailed,
    RefundOrder,
    RefundOutcome,
    Seen,
    SeenCharge,
    SeenDispute,
    Unheard,
)
from velora.modules.payments.gateways.stripe import answers
from velora.modules.payments.gateways.stripe.answers import KEY, ORDER, VOIDED, Json
from velora.modules.payments.gateways.stripe.customers import Customers
from velora.modules.payments.gateways.stripe.errors import error_of, unheard

# Longer than Stripe commonly takes, shorter than a buyer waits.
_ANSWERS_WITHIN: Final = timedelta(seconds=15)
_CONNECTS_WITHIN_SECONDS: Final = 3
# Stripe keeps a key for 24 hours; an hour less, as its clock is not ours.
_KEY_KEPT: Final = timedelta(hours=23)
# Its search finds what is older than this; what is younger is found in the list.
_SEARCHABLE_AFTER: Final = timedelta(minutes=5)
_CLOCKS_APART: Final = timedelta(minutes=5)
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_REMEMBERED: Final = 10_000
_BUSY_TRIES: Final = 8
_EXPAND: Final = ["payment_method", "latest_charge.balance_transaction"]
_NOT_THERE: Final = 404
_CONFLICT: Final = 409


class StripeGateway:
    """`return_base` is where a bank sends the buyer back to, with the key behind it."""

    name = "stripe"

    def __init__(
        self,
        secret_key: str,
        webhook_secret: str,
        *,
        api_base: str,
        return_base: str,
        clock: Clock,
        answers_within: timedelta = _ANSWERS_WITHIN,
    ) -> None:
        stripe.enable_telemetry = False
        self._patience = answers_within.total_seconds()
        self._line = stripe.HTTPXClient(timeout=httpx.Timeout(self._patience, connect=min(self._patience, _CONNECTS_WITHIN_SECONDS)))
        # It asks once: whoever heard nothing asks again under the same key, and no buyer waits for that.
        self._client = stripe.StripeClient(secret_key, base_addresses={"api": api_base}, http_client=self._line, max_network_retries=0)
        self._customers = Customers(self._client, self._plain)
        self._webhook_secret = webhook_secret
        self._return_base = return_base
        self._clock = clock
        self._refs: OrderedDict[str, str] = OrderedDict()  # Stripe's id by our key: a short cut, nothing rests on it

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        if order.amount_minor == 0:
            return Captured("", "", "", 0, 0)  # Stripe takes no charge of nothing
        if self._is_forgotten(order.key) and not isinstance(found := await self.find(order.key), NotKnown):
            return found
        try:
            async with asyncio.timeout(self._patience):
                owner = await self._customers.of(order.token, order.customer)
                if owner is None:
                    return DeclinedCharge("unknown_token")
                return self._told(order.key, await self._create(order, owner))
        except stripe.CardError as error:
            return answers.declined(error_of(error))
        except stripe.IdempotencyError:
            # The key was used for something else: it was given up before this arrived.
            found = await self.find(order.key)
            return Unheard("Stripe knows the key, but not what for.") if isinstance(found, NotKnown) else found
        except stripe.InvalidRequestError as error:
            # The card is all in the request that may not be there.
            is_unknown = error.http_status == _NOT_THERE or error_of(error).get("param") == "payment_method"
            return DeclinedCharge("unknown_token" if is_unknown else answers.reason_of(error_of(error)))
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def find(self, key: str) -> ChargeOutcome | NotKnown:
        try:
            intent = await self._intent_of(key)
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)
        return NotKnown() if intent is None else answers.charge_of(intent)

    async def void(self, key: str) -> ChargeOutcome:
        try:
            intent = await self._intent_of(key) or await self._use_up(key)
            if intent is None:
                return DeclinedCharge(VOIDED)
            outcome = answers.charge_of(intent)
            if isinstance(outcome, Captured | DeclinedCharge) and intent.get("status") != "requires_payment_method":
                return outcome
            cancelled = await self._cancel(str(intent["id"]))
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)
        # A card that was refused before stays refused for its own reason.
        return outcome if isinstance(outcome, DeclinedCharge) else answers.charge_of(cancelled)

    async def keep(self, token: str, customer: str) -> KeptCard | None:
        return await self._customers.kept(token, customer)

    async def capture(self, order: CaptureOrder) -> CaptureOutcome:
        ask = self._client.v1.payment_intents.capture_async(
            order.charge_ref, {"amount_to_capture": order.amount_minor, "expand": _EXPAND}, {"idempotency_key": order.key}
        )
        try:
            return answers.capture_of(await self._plain(ask), "not_taken")
        except stripe.InvalidRequestError as error:
            # Taken before, given up, or too much: how it stands says which.
            return await self._stands(order.charge_ref, answers.reason_of(error_of(error)))
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """Asks by our key first: after a day Stripe would take the same key for a new refund."""
        try:
            intent, made = await asyncio.gather(self._intent(order.charge_ref), self._refund_of(order))
            if made is not None:
                return answers.refund_of(made)
            if str(intent["currency"]).upper() != order.currency:
                return RefundFailed("currency_mismatch")
            ask = self._client.v1.refunds.create_async(
                {"payment_intent": order.charge_ref, "amount": order.amount_minor, "metadata": {KEY: order.key}},
                {"idempotency_key": order.key},
            )
            return answers.refund_of(await self._plain(ask))
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            return RefundFailed(answers.reason_of(error_of(error)))
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def find_refund(self, key: str) -> RefundOutcome | NotKnown:
        async def page(after: str) -> list[Json]:
            return await self._page(self._client.v1.refunds.list_async(_paged({}, after)))

        try:
            async with asyncio.timeout(self._patience):
                async for refund in self._back_to(page, _made_at(key)):
                    if answers.key_of(refund) == key:
                        return answers.refund_of(refund)
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)
        return NotKnown()

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | Forged:
        header = headers.get("stripe-signature", "")
        try:
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret)  # pyright: ignore[reportUnknownMemberType] -- theirs
            signed_at = int(next(part[2:] for part in header.split(",") if part.startswith("t=")))
            event = json.loads(body)
            notice = Notice(str(event["id"]), str(event["type"]), str(event["data"]["object"].get("id", "")))
        except (stripe.SignatureVerificationError, ValueError, TypeError, KeyError, AttributeError, StopIteration):
            return Forged("This was not signed by Stripe with the secret of this endpoint.")
        if abs(now.timestamp() - signed_at) > TOLERANCE.total_seconds():
            return Forged("This was signed too long ago, or one of the clocks is wrong.")
        return notice

    async def look_up(self, notice: Notice) -> Seen:
        try:
            match notice.ref.partition("_")[0]:
                case "pi":
                    return answers.seen_charge(await self._intent(notice.ref))
                case "ch" | "py":
                    return await self._charge_named(notice.ref)
                case "dp" | "du":
                    return await self._dispute(notice.ref)
                case "re" | "pyr":
                    return answers.seen_refund(await self._plain(self._client.v1.refunds.retrieve_async(notice.ref)))
                case _:
                    return NotKnown()
        except stripe.InvalidRequestError as error:
            return NotKnown() if error.http_status == _NOT_THERE else unheard(error)
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def find_dispute(self, ref: str) -> SeenDispute | NotKnown | Unheard:
        try:
            return await self._dispute(ref)
        except stripe.InvalidRequestError as error:
            return NotKnown() if error.http_status == _NOT_THERE else unheard(error)
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def disputes_since(self, moment: datetime) -> list[SeenDispute] | Unheard:
        async def page(after: str) -> list[Json]:
            return await self._page(self._client.v1.disputes.list_async(_paged({"created": {"gte": int(moment.timestamp())}}, after)))

        try:
            async with asyncio.timeout(self._patience):
                return [await self._about(dispute) async for dispute in self._back_to(page, moment)]
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    async def ping(self) -> None:
        try:
            await self._plain(self._client.v1.balance.retrieve_async())
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise ConnectionRefusedError("Stripe does not take the key") from error
        except (stripe.StripeError, TimeoutError) as error:
            raise ConnectionError(unheard(error).why) from error

    async def close(self) -> None:
        await self._line.close_async()

    async def _plain(self, ask: Awaitable[Any]) -> Json:
        """The answer as plain JSON, or TimeoutError: however slowly the bytes come."""
        async with asyncio.timeout(self._patience):
            return (await ask).to_dict()

    # ------------------------------------------------------------------------------------------------ PaymentIntents

    async def _create(self, order: ChargeOrder, owner: str) -> Json:
        """One request for one key; while another with the same key is being done there, the answer is waited for."""
        asked: Any = {
            "amount": order.amount_minor,
            "currency": order.currency.lower(),
            "payment_method": order.token,
            "allowed_payment_method_types": ["card"],
            "capture_method": "automatic" if order.capture == "now" else "manual",
            "confirm": True,
            "return_url": f"{self._return_base}/{order.key}",
            "metadata": {KEY: order.key, ORDER: order.reference},
            "expand": _EXPAND,
            **({"customer": owner, "setup_future_usage": "on_session"} if owner else {}),
        }
        for attempt in range(_BUSY_TRIES):
            ask = self._client.v1.payment_intents.create_async(asked, {"idempotency_key": order.key})
            try:
                return await self._plain(ask)
            except stripe.StripeError as error:
                if error.http_status != _CONFLICT or attempt == _BUSY_TRIES - 1:
                    raise
            await asyncio.sleep(0.05 * 2**attempt)
        raise AssertionError

    async def _intent(self, ref: str) -> Json:
        return await self._plain(self._client.v1.payment_intents.retrieve_async(ref, {"expand": _EXPAND}))

    async def _charge_named(self, ref: str) -> SeenCharge:
        charge = await self._plain(self._client.v1.charges.retrieve_async(ref))
        within = charge.get("payment_intent")
        return answers.seen_charge(await self._intent(str(within))) if within else answers.seen_bare_charge(charge)

    async def _dispute(self, ref: str) -> SeenDispute:
        return await self._about(await self._plain(self._client.v1.disputes.retrieve_async(ref)))

    async def _about(self, dispute: Json) -> SeenDispute:
        """The dispute with the charge that it is about."""
        within = dispute.get("payment_intent")
        charge = answers.seen_charge(await self._intent(str(within))) if within else await self._charge_named(str(dispute["charge"]))
        return answers.seen_dispute(dispute, charge)

    async def _intent_of(self, key: str) -> Json | None:
        """What was made under this key. Strictly: None means that there is nothing, not that nothing was found in time."""
        async with asyncio.timeout(self._patience):
            ref = self._refs.get(key) or await self._searched(key) or await self._listed(key)
            if ref is None:
                return None
            self._remember(key, ref)
            return await self._intent(ref)

    async def _searched(self, key: str) -> str | None:
        """Stripe's search lags behind, and some accounts have none: what it does not find is looked for in the list."""
        made_at = _made_at(key)
        if made_at is None or self._clock.now() - made_at < _SEARCHABLE_AFTER:
            return None
        try:
            found = await self._plain(self._client.v1.payment_intents.search_async({"query": f"metadata['{KEY}']:'{key}'", "limit": 1}))
        except stripe.APIConnectionError:
            raise
        except stripe.StripeError:
            return None
        return next((str(one["id"]) for one in found["data"]), None)

    async def _listed(self, key: str) -> str | None:
        async def page(after: str) -> list[Json]:
            return await self._page(self._client.v1.payment_intents.list_async(_paged({}, after)))

        async for intent in self._back_to(page, _made_at(key)):
            if answers.key_of(intent) == key:
                return str(intent["id"])
        return None

    async def _use_up(self, key: str) -> Json | None:
        """The key stands for a PaymentIntent that is never confirmed, so that a request still on its way is refused by Stripe.

        None when the key was used before after all, by a request that made nothing.
        """
        ask = self._client.v1.payment_intents.create_async(
            {"amount": 100, "currency": "eur", "allowed_payment_method_types": ["card"], "metadata": {KEY: key}}, {"idempotency_key": key}
        )
        try:
            return await self._plain(ask)
        except stripe.IdempotencyError:
            return await self._intent_of(key)

    async def _cancel(self, ref: str) -> Json:
        try:
            return await self._plain(self._client.v1.payment_intents.cancel_async(ref, {"expand": _EXPAND}))
        except stripe.InvalidRequestError:
            return await self._intent(ref)  # it went on meanwhile: how it stands now is the answer

    async def _stands(self, ref: str, reason: str) -> CaptureOutcome:
        try:
            return answers.capture_of(await self._intent(ref), reason)
        except (stripe.StripeError, TimeoutError) as error:
            return unheard(error)

    # ---------------------------------------------------------------------------------------------------------- lists

    async def _refund_of(self, order: RefundOrder) -> Json | None:
        after = ""
        for _ in range(_MOST_PAGES):
            ask = self._client.v1.refunds.list_async(_paged({"payment_intent": order.charge_ref}, after))
            refunds = await self._page(ask)
            found = next((one for one in refunds if answers.key_of(one) == order.key), None)
            if found is not None or len(refunds) < _PAGE:
                return found
            after = str(refunds[-1]["id"])
        raise TimeoutError

    async def _page(self, ask: Awaitable[Any]) -> list[Json]:
        return (await self._plain(ask))["data"]

    async def _back_to(self, page: Any, moment: datetime | None) -> AsyncIterator[Json]:
        """The newest first, until what was made well before the moment. Raises TimeoutError where that is too far back to be sure."""
        after = ""
        for _ in range(_MOST_PAGES):
            found: list[Json] = await page(after)
            for one in found:
                yield one
            if len(found) < _PAGE or (moment and int(found[-1]["created"]) < (moment - _CLOCKS_APART).timestamp()):
                return
            after = str(found[-1]["id"])
        raise TimeoutError

    def _is_forgotten(self, key: str) -> bool:
        """Whether Stripe may have forgotten the key, so that it would do the same again."""
        made_at = _made_at(key)
        return made_at is not None and self._clock.now() - made_at > _KEY_KEPT

    def _told(self, key: str, intent: Json) -> ChargeOutcome:
        self._remember(key, str(intent["id"]))
        return answers.charge_of(intent)

    def _remember(self, key: str, ref: str) -> None:
        self._refs[key] = ref
        while len(self._refs) > _REMEMBERED:
            self._refs.popitem(last=False)


def _paged(wanted: Mapping[str, Any], after: str) -> Any:
    return {**wanted, "limit": _PAGE, **({"starting_after": after} if after else {})}


def _made_at(key: str) -> datetime | None:
    """Our keys are ids, and so tell when they were made."""
    id_ = try_decode(key.partition("_")[0], key)
    return None if id_ is None else time_of(id_)
