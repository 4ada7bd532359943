"""What happens in the four months of the demo world, and when: drawn from a seed, the same for the same beginning. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from velora.flows.demo_world.data import CountrySheet, MarketSheet, countries, markets, sellers
from velora.flows.demo_world.dice import Dice
from velora.flows.demo_world.wares import NEW, Ref, Ware, wares_by_ref, wares_of
from velora.modules.catalog.policy import slug_of
from velora.modules.payments.service import Method

LASTS: Final = timedelta(days=122)
# How finely time runs: of the last days every order has its own minute; before that those of half a day share one, and before that
# those of a day, and carriers and sellers keep fewer days. Nobody looks at the minutes of July, and each takes a transaction.
FINE: Final = timedelta(days=4)
DAILY: Final = timedelta(days=31)
REGULARS: Final = 60

Outcome = Literal["fine", "declined", "poor", "challenge", "abandoned", "lost", "unsent"]
"""What the card does: pays; is declined; has not enough; asks and is confirmed, or is not; the answer is lost, or the request is."""


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer with an address; `email` is its own on the whole installation."""

    name: str
    email: str
    line1: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Pieces of one line of a part that come back. Not decided: it waits for the seller. Without a `payee` it goes back as it came."""

    at: datetime
    line: int
    quantity: int
    reason: str
    note: str
    decided: datetime | None
    approved: bool
    answer: str = ""
    payee: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one seller's part. `first` is when its first line leaves ahead of the rest; None never happens.

    `refused` is when all of it came back from a door at which nobody paid.
    """

    shipped: datetime | None = None
    first: datetime | None = None
    delivered: datetime | None = None
    confirmed: datetime | None = None
    returned: GivenBack | None = None
    refused: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came by the bank or a courier: what its order costs and `off` more, or less."""

    at: datetime
    reference: str
    words: str
    off: int


@dataclass(frozen=True, slots=True)
class PaidLater:
    """An order is paid past the gateway. Nothing `received` and not `given_up`: its money is awaited still."""

    method: Method
    purchase_order: str
    received: Received | None
    given_up: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    ref: Ref
    quantity: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One order, in `currency`. `regular` says that the buyer has an account; what is not paid `later` is by card."""

    mark: str
    at: datetime
    market: str
    currency: str
    buyer: Person
    regular: bool
    lines: tuple[Line, ...]
    card: Outcome = "fine"
    brand: int = 0
    parts: Mapping[str, Fate] = field(default_factory=dict[str, Fate])
    cancelled: datetime | None = None
    later: PaidLater | None = None


def regulars(market: str) -> list[Person]:
    """The buyers of a marketplace who have an account."""
    dice = Dice(f"regulars of {market}")
    return [_person(dice, market, number) for number in range(REGULARS)]


def months(start: datetime, lasts: timedelta = LASTS) -> list[Planned]:
    """Every order but those of the scenes, in the order in which they are placed; whoever wants less has the last days of it."""
    planned: list[Planned] = []
    people = {market.slug: regulars(market.slug) for market in markets()}
    now = start + lasts
    for day in range(LASTS.days - lasts.days, LASTS.days + 1):
        dice = Dice(f"day {day}")
        morning = (now - timedelta(days=LASTS.days - day)).replace(hour=0, minute=0, second=0, microsecond=0)
        # The shops grow from five orders a day to ten, and people shop more at weekends.
        count = 4 + day * 5 // LASTS.days + dice.below(3) + (2 if morning.weekday() >= 5 else 0)
        for number, at in enumerate(_moments(dice, morning, count, now - morning)):
            if start <= at < now - timedelta(hours=1):
                planned.append(_order(Dice(f"order {day} {number}"), f"d{day:03}n{number:02}", at, now, people))
    return planned


def _moments(dice: Dice, morning: datetime, count: int, ago: timedelta) -> list[datetime]:
    if ago < FINE:
        return sorted(morning + timedelta(minutes=dice.between(6 * 60, 22 * 60), seconds=dice.below(60)) for _ in range(count))
    hours = ((8, 14), (16, 21)) if ago < DAILY else ((9, 13),)
    shared = [morning + timedelta(minutes=dice.between(low * 60, high * 60), seconds=dice.below(60)) for low, high in hours]
    return sorted(dice.pick(shared) for _ in range(count))


def _order(dice: Dice, mark: str, at: datetime, now: datetime, people: Mapping[str, list[Person]]) -> Planned:
    market = dice.weighted(markets(), [market.share for market in markets()])
    regular = dice.chance(72)
    buyer = dice.pick(people[market.slug]) if regular else _person(dice, market.slug, dice.between(60, 99))
    outcomes: tuple[Outcome, ...] = ("fine", "declined", "poor", "challenge", "abandoned", "lost", "unsent")
    lines = _lines(dice, market, fresh=now - at < timedelta(days=3))
    planned = Planned(
        mark, at, market.slug, _currency(market, buyer, lines), buyer, regular, lines,
        dice.weighted(outcomes, (905, 20, 25, 25, 10, 10, 5)), dice.weighted((0, 1, 2), (60, 30, 10)),
    )  # fmt: skip
    if dice.chance(2):
        return replace(planned, cancelled=_next(at + timedelta(minutes=30), 21, now))
    fates = {slug: _fate(dice, planned, slug, now) for slug in dict.fromkeys(line.ref[0] for line in planned.lines)}
    return replace(planned, parts=fates)


def _lines(dice: Dice, market: MarketSheet, *, fresh: bool) -> tuple[Line, ...]:
    """One to five different things, mostly from one seller, at times from two. What is fresh of Nordlauf stands in the scenes."""
    here = [seller.slug for seller in sellers() if market.slug in seller.markets and not (fresh and seller.slug == "nordlauf")]
    chosen = {dice.weighted(here, [_weight(slug) for slug in here]) for _ in range(dice.weighted((1, 2, 3), (55, 35, 10)))}
    lines: dict[Ref, Line] = {}
    for slug in sorted(chosen):
        for _ in range(dice.weighted((1, 2, 3), (55, 32, 13))):
            ware = _ware(dice, slug)
            quantity = dice.weighted((1, 2, 3, 4), (78, 15, 4, 3)) if ware.price < 6_000 else 1
            lines[ware.ref] = Line(ware.ref, quantity)
    return tuple(lines.values())


def _currency(market: MarketSheet, buyer: Person, lines: tuple[Line, ...]) -> str:
    """That of the buyer's country, where the marketplace sells in it and all of the lines have a price in it."""
    theirs = next((one.currency for one in market.further if one.country == buyer.country), market.currency)
    return theirs if all(theirs in wares_by_ref()[line.ref].further for line in lines) else market.currency


def _weight(slug: str) -> int:
    return {"nordlauf": 30, "tonwerk": 22, "holm-and-soen": 14, "keramik-kiel": 18, "thornbury": 18}.get(slug, 12)


def _ware(dice: Dice, slug: str) -> Ware:
    choices = [wares for _, wares in wares_of(slug)[:-NEW]]
    return dice.pick(dice.weighted(choices, [wares[0].fame for wares in choices]))


def _fate(dice: Dice, order: Planned, slug: str, now: datetime) -> Fate:
    """Shipped within two days as a rule, delivered within five, and confirmed or returned by some."""
    late = dice.chance(6) and slug != "nordlauf"
    shipped = _next(order.at + timedelta(hours=dice.between(50, 80) if late else dice.between(4, 30)), 15, now, _PICKUPS)
    pieces = [line for line in order.lines if line.ref[0] == slug]
    first = shipped
    if len(pieces) > 1 and dice.chance(9):
        shipped = _next(shipped + timedelta(days=dice.between(1, 3)), 15, now, _PICKUPS)
    sheet = next(seller for seller in sellers() if seller.slug == slug)
    delivered = _next(shipped + timedelta(days=dice.between(*sheet.delivery.days), hours=-6), 11, now, _ROUNDS)
    ahead = first if first < shipped else None
    if dice.chance(7):
        return Fate(shipped, ahead, delivered, None, _given_back(dice, pieces, delivered, now))
    confirmed = _next(delivered + timedelta(days=dice.between(1, 3)), 20, now, _EVENINGS) if dice.chance(10) else None
    return Fate(shipped, ahead, delivered, confirmed)


_REASONS: Final = {
    "damaged": ("Arrived with a crack.", "The box was fine, the thing inside was not.", "Broken at the seam, see the parcel's label."),
    "wrong_item": ("I ordered the other colour.", "This is the smaller one."),
    "not_as_described": ("It looks darker than in the picture.", "Feels lighter than I expected."),
    "no_longer_wanted": ("Does not fit after all.", "It was a present, and they had one.", "I changed my mind, sorry."),
}  # fmt: skip


def _given_back(dice: Dice, pieces: list[Line], delivered: datetime, now: datetime) -> GivenBack:
    asked = _next(delivered + timedelta(days=dice.between(1, 6)), 19, now, _EVENINGS)
    line = dice.below(len(pieces))
    quantity = dice.between(1, pieces[line].quantity)
    reason = dice.weighted(tuple(_REASONS), (30, 12, 18, 40))
    approved = dice.chance(78)
    waits = now - asked < timedelta(days=4) and dice.chance(60) and pieces[line].ref[0] != "nordlauf"
    answer = "Sorry about that. Your money is on its way." if approved else "This was used and cannot be sold again, so we have to decline."
    decided = None if waits else _next(asked + timedelta(hours=8), 9, now, _DESKS)
    return GivenBack(asked, line, quantity, reason, dice.pick(_REASONS[reason]), decided, approved, answer)


_WEEKDAYS: Final = (0, 1, 2, 3, 4, 5)
# On which weekdays carriers come and go, buyers write and sellers answer: long ago, and lately.
_PICKUPS: Final = ((0, 2, 4), _WEEKDAYS)
_ROUNDS: Final = ((1, 3, 5), _WEEKDAYS)
_EVENINGS: Final = ((2, 6), (1, 3, 6))
_DESKS: Final = ((0, 3), (0, 2, 4))
_EVERY_DAY: Final = ((*_WEEKDAYS, 6), (*_WEEKDAYS, 6))


def _next(ready: datetime, hour: int, now: datetime, days: tuple[tuple[int, ...], tuple[int, ...]] = _EVERY_DAY) -> datetime:
    """The first of such days from `ready` on, at this hour."""
    at = ready.replace(hour=hour, minute=20, second=0, microsecond=0)
    at = at if at >= ready else at + timedelta(days=1)
    while at.weekday() not in days[now - at < DAILY]:
        at += timedelta(days=1)
    return at


def _person(dice: Dice, market: str, number: int) -> Person:
    there: list[CountrySheet] = [country for country in countries() if country.market == market]
    country = dice.weighted(there, [one.weight for one in there])
    first, last = dice.pick(country.first), dice.pick(country.last)
    postal_code, city = dice.pick(country.cities)
    street = country.form.format(street=dice.pick(country.streets), number=dice.between(1, 148))
    address = f"{slug_of(f'{first} {last}').replace('-', '.')}{number}@{_POST[market]}.example"
    return Person(f"{first} {last}", address, street, postal_code, city, country.code)


# Of the marketplaces' buyers, so that no two regulars anywhere share an address.
_POST: Final = {"nordmarkt": "post", "harbour": "letters", "sunrise": "mail"}
