"""Cards that are kept at Stripe: each belongs to a Customer of Stripe's, which stands for one buyer in one marketplace.

Only that buyer can be charged by it, there. Stripe is told nothing of the buyer but our name for them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

import stripe

from velora.modules.payments.gateways.port import KeptCard
from velora.modules.payments.gateways.stripe.answers import CUSTOMER, Json, customer_of, kept_card, owner_of

_REMEMBERED: Final = 10_000
_TRIES: Final = 3


class Customers:
    """`plain` asks Stripe and gives the answer as plain JSON, in time."""

    def __init__(self, client: stripe.StripeClient, plain: Callable[[Awaitable[Any]], Awaitable[Json]]) -> None:
        self._client = client
        self._plain = plain
        self._known: OrderedDict[str, str] = OrderedDict()  # Stripe's id by our name: a short cut, nothing rests on it

    async def of(self, token: str, customer: str) -> str | None:
        """Stripe's id of this customer, who wants to pay with this card. None where the card was kept for another.

        Nothing ("") for who keeps no card, and where the key may not write Customers: then the card pays and is not kept.
        """
        if not customer:
            return ""
        try:
            owner = owner_of(await self._card(token))
            if owner is not None:
                return str(owner["id"]) if customer_of(owner) == customer else None
            return self._known.get(customer) or self._remember(customer, await self._found(customer) or await self._made(customer))
        except stripe.PermissionError:
            return ""

    async def kept(self, token: str, customer: str) -> KeptCard | None:
        """The card, if Stripe has kept it for this customer. None as well while Stripe cannot be asked."""
        for attempt in range(_TRIES):
            try:
                card = await self._card(token)
                owner = owner_of(card)
                return kept_card(card) if owner is not None and customer and customer_of(owner) == customer else None
            except (stripe.InvalidRequestError, stripe.PermissionError):
                return None
            except (stripe.StripeError, TimeoutError):
                await asyncio.sleep(0.2 * 4**attempt)
        return None

    async def _card(self, token: str) -> Json:
        return await self._plain(self._client.v1.payment_methods.retrieve_async(token, {"expand": ["customer"]}))

    async def _found(self, customer: str) -> str | None:
        """The search lags behind by less than a day, for which the key of the one that was made stands; some accounts have none."""
        try:
            query = f"metadata['{CUSTOMER}']:'{customer}'"
            found = await self._plain(self._client.v1.customers.search_async({"query": query, "limit": 1}))
        except (stripe.APIConnectionError, stripe.PermissionError):
            raise
        except stripe.StripeError:
            return None
        return next((str(one["id"]) for one in found["data"]), None)

    async def _made(self, customer: str) -> str:
        ask = self._client.v1.customers.create_async({"metadata": {CUSTOMER: customer}}, {"idempotency_key": f"customer:{customer}"})
        return str((await self._plain(ask))["id"])

    def _remember(self, customer: str, id_: str) -> str:
        self._known[customer] = id_
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return id_
