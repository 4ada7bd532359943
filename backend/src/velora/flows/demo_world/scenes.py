"""The orders that are written by hand, as planned ones."""

from datetime import datetime, timedelta
from typing import Final

from velora.flows.demo_world.data import MarketSheet, ReturnSheet, SceneSheet, invoice_terms, markets, scenes
from velora.flows.demo_world.dice import Dice
from velora.flows.demo_world.plan import Fate, GivenBack, Line, Outcome, PaidLater, Person, Planned, Received, regulars
from velora.flows.demo_world.wares import ware_of

_CARDS: Final[dict[str, Outcome]] = {"fine": "fine", "declined": "poor", "challenge": "abandoned", "lost": "lost"}
_HOMES: Final = {
    "nordmarkt": ("Holstenstraße 12", "24103", "Kiel", "DE"),
    "harbour": ("4 Harbour View", "NR23 1AN", "Wells-next-the-Sea", "GB"),
    "sunrise": ("217 Canyon Road", "87501", "Santa Fe, NM", "US"),
}


def demo_buyer(market: MarketSheet) -> Person:
    """The buyer whose account is shown on the sign-in page."""
    return Person(market.buyer.name, market.buyer.email, *_HOMES[market.slug])


def staged(now: datetime) -> list[Planned]:
    """Every scene, oldest first."""
    by_slug = {market.slug: market for market in markets()}
    planned = [_staged(number, scene, by_slug[scene.market], now) for number, scene in enumerate(scenes())]
    return sorted(planned, key=lambda order: order.at)


def _staged(number: int, scene: SceneSheet, market: MarketSheet, now: datetime) -> Planned:
    dice = Dice(f"scene {number}")
    currency = scene.currency or market.currency
    lines = tuple(Line(ware_of(seller, title, variant).ref, quantity) for seller, title, variant, quantity in scene.lines)
    return Planned(
        mark=f"scene{number:02}",
        at=now - timedelta(hours=scene.hours, minutes=scene.minutes, seconds=dice.below(50)),
        market=market.slug,
        currency=currency,
        buyer=demo_buyer(market) if scene.buyer else dice.pick(_payers(market, currency, scene)),
        regular=True,
        lines=lines,
        card=_CARDS[scene.card],
        parts={slug: _fate(scene, slug, now) for slug in dict.fromkeys(line.ref[0] for line in lines)},
        later=None if scene.method == "card" else _paid_later(scene, now),
    )


def _payers(market: MarketSheet, currency: str, scene: SceneSheet) -> list[Person]:
    """The regulars who pay in this currency: all of them in the main one, but on invoice only those who may."""
    there = {one.country for one in market.further if one.currency == currency}
    owing = {one.email for one in invoice_terms() if one.market == market.slug}
    able = [person for person in regulars(market.slug) if not there or person.country in there]
    return [person for person in able if person.email in owing] if scene.method == "invoice" else able


def _paid_later(scene: SceneSheet, now: datetime) -> PaidLater:
    came = scene.received
    received = Received(now - timedelta(hours=came.hours), came.reference, came.words, came.off) if came else None
    given_up = None if scene.given_up is None else now - timedelta(hours=scene.given_up)
    return PaidLater(scene.method, scene.purchase_order, received, given_up)


def _fate(scene: SceneSheet, slug: str, now: datetime) -> Fate:
    def ago(hours: int | None) -> datetime | None:
        return None if hours is None else now - timedelta(hours=hours)

    back = scene.returned if scene.returned and scene.returned.seller in ("", slug) else None
    returned = _given_back(back, now) if back else None
    return Fate(ago(scene.shipped), ago(scene.parcel), ago(scene.delivered), None, returned, ago(scene.refused))


def _given_back(back: ReturnSheet, now: datetime) -> GivenBack:
    decided = None if back.decided is None else now - timedelta(hours=back.decided)
    at = now - timedelta(hours=back.hours)
    return GivenBack(
        at, back.line, back.quantity, back.reason, back.note, decided, back.approved, "Sorry about that. Your money is on its way.",
        back.payee,
    )  # fmt: skip
