"""Orders are placed and paid for, or not: each goes through the checkout as a buyer's would."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import BaseModel

from velora.flows.checkout.draft import Buyer, Draft, Market
from velora.flows.checkout.pay import Answer, check_out, confirm
from velora.flows.demo_world.plan import Planned
from velora.flows.demo_world.walker import CardCounter, Walker, asked, guest_key
from velora.flows.demo_world.world import World
from velora.flows.house import TradingHouse
from velora.kernel.ids import decode
from velora.kernel.principal import Principal
from velora.modules.catalog.service import Offer, OfferKey, offers
from velora.modules.payments.service import Declined
from velora.modules.pricing.service import Basket, BasketLine, quote

_CARDS: Final = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "declined": "4000000000000002",
    "poor": "4000000000009995",
    "challenge": "4000000000003220",
    "lost": "4000000000000341",
    "unsent": "4000000000000259",
}
_BRANDS: Final = ("visa", "mastercard", "amex")
# How long a buyer looks for the telephone that the bank writes to.
_CONFIRMING: Final = timedelta(seconds=40)


class _Payment(BaseModel):
    """Of a checkout's answer, what a buyer needs to go to the bank and back."""

    intent_id: str
    challenge_url: str


async def tokens(house: TradingHouse) -> Mapping[str, str]:
    """A token for each kind of card. Raises TypeError for a gateway that has no test cards."""
    if not isinstance(house.gateway, CardCounter):
        raise TypeError("The demo world pays with the sandbox's test cards. Set VELORA_GATEWAY=sandbox, or leave it out.")
    made: dict[str, str] = {}
    for kind, number in _CARDS.items():
        card = await house.gateway.tokenize(number, 12, 2034)
        assert card is not None
        made[kind] = card.token
    return made


async def totals(house: TradingHouse, world: World, planned: Sequence[Planned]) -> Mapping[str, int]:
    """What the buyer of each of these is shown, by mark."""
    keys = {OfferKey(world.markets[order.market].id, world.variants[line.ref]) for order in planned for line in order.lines}
    async with house.db.read(None) as uow:
        found = await offers(uow, keys)
        quotes = await quote(uow, [_basket(world, order, found) for order in planned])
    return {order.mark: one.total_minor for order, one in zip(planned, quotes, strict=True)}


def _basket(world: World, order: Planned, found: Mapping[OfferKey, Offer]) -> Basket:
    market = _market(world, order)
    lines: list[BasketLine] = []
    for line in order.lines:
        offer = found[OfferKey(market.tenant_id, world.variants[line.ref])].in_currency(market.currency)
        assert offer is not None, f"{line.ref} has no price in {market.currency}"
        lines.append(BasketLine(offer.variant_id, offer.seller_id, offer.price_minor, line.quantity, offer.tax_class))
    return Basket(market.tenant_id, market.currency, market.tax_mode, order.buyer.country, tuple(lines), further=market.further)


async def buy(walker: Walker, planned: Sequence[Planned]) -> None:
    """Each of these is ordered now, unless it was; what was placed is known to the walker."""
    fresh = [order for order in planned if order.mark not in walker.orders]
    drafts = [_draft(walker, order) for order in fresh]
    answers = await asyncio.gather(*(_answer(walker.house, draft) for draft in drafts))
    challenged = [
        (draft, answer) for order, draft, answer in zip(fresh, drafts, answers, strict=True) if answer and order.card == "challenge"
    ]
    await _confirm(walker, challenged)
    walker.note({(draft.market.tenant_id, draft.order_id): order.mark for order, draft in zip(fresh, drafts, strict=True)})


async def _answer(house: TradingHouse, draft: Draft) -> Answer | None:
    try:
        return await check_out(house, draft)
    except Declined:
        return None


async def _confirm(walker: Walker, challenged: Sequence[tuple[Draft, Answer]]) -> None:
    """The buyers do what their bank asks for, and come back."""
    gateway = walker.house.gateway
    if not challenged or not isinstance(gateway, CardCounter):
        return
    walker.clock.advance(_CONFIRMING)
    for draft, answer in challenged:
        payment = _Payment.model_validate(answer.body["payment"])
        await gateway.answer_challenge(payment.challenge_url.rpartition("/")[2], approved=True)
        buyer = Principal(account_id=draft.buyer.account_id, guest_key=draft.buyer.guest_key)
        await confirm(walker.house, draft.market.tenant_id, decode("pi", payment.intent_id), buyer)


def _market(world: World, order: Planned) -> Market:
    place = world.markets[order.market]
    return Market(place.id, order.currency, place.tax_mode, charged=place.charged, further=order.currency != place.currency)


def _draft(walker: Walker, order: Planned) -> Draft:
    person, later = order.buyer, order.later
    return Draft(
        market=_market(walker.world, order),
        buyer=Buyer(walker.buyer_of(order).account_id, guest_key(order), person.email),
        address={
            "name": person.name, "line1": person.line1, "line2": "", "postal_code": person.postal_code, "city": person.city,
            "country": person.country, "phone": "",
        },
        country=person.country,
        lines=tuple((walker.world.variants[line.ref], line.quantity) for line in order.lines),
        token="" if later else walker.tokens[_card(order)],
        expected_total_minor=walker.totals[order.mark],
        asked=asked(f"order {order.mark}"),
        order_id=walker.house.db.new_id(),
        method=later.method if later else "card",
        purchase_order=later.purchase_order if later else "",
    )  # fmt: skip


def _card(order: Planned) -> str:
    match order.card:
        case "fine":
            return _BRANDS[order.brand]
        case "abandoned":
            return "challenge"
        case kind:
            return kind
