"""What the marketplaces say about their search, and what people have searched for there lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from velora.flows.demo_world.data import markets
from velora.flows.demo_world.world import World
from velora.flows.merchandising.keeping import Hand, add_rule, deny, import_synonyms
from velora.kernel.errors import unrefused
from velora.kernel.principal import Principal
from velora.modules.catalog.policy import slug_of
from velora.modules.catalog.service import listing_by_slug
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.policy.rules import Matching, Wish
from velora.modules.merchandising.policy.words import as_shown, compared
from velora.modules.merchandising.service import Counted, day_of
from velora.platform.db import UnitOfWork

DAYS: Final = 21  # over which the searches are spread


@dataclass(frozen=True, slots=True)
class Wanted:
    """Synonyms as text; a rule for a query with titles that stand first; searches with how often each found something, or nothing."""

    synonyms: str
    query: str
    first: tuple[str, ...]
    found: Mapping[str, int]
    missed: Mapping[str, int]


SEARCHES: Final[Mapping[str, Wanted]] = {
    "nordmarkt": Wanted(
        "sofa, couch, settee\nlamp, light\nrucksack, backpack\n",
        "gift",
        ("Beeswax candles, four pieces", "Cactus trio"),
        {"sofa": 64, "standing lamp": 31, "candles": 22, "olive tree": 17, "dining chair": 15, "soap": 9, "wind chime": 4},
        {"hammock": 19, "rug": 12, "fairy lights": 8, "wardrobe": 5},
    ),
    "harbour": Wanted(
        "wellies, wellington => rubber boot\nbobble hat => beanie\nsofa, couch, settee\n",
        "running",
        ("Fjell trail runner", "Tempo running shirt"),
        {"rain jacket": 48, "umbrella": 37, "hiking boot": 24, "trail runner": 18, "scarf": 13, "backpack": 11},
        {"anorak": 16, "flip flops": 9, "parka": 7, "raincoat": 6},
    ),
    "sunrise": Wanted(
        "skillet, frying pan\nsucculent => cactus\nplanter => pot\n",
        "cactus",
        ("Saguaro seedling, two years", "Windowsill garden, five succulents"),
        {"cactus": 71, "coffee": 29, "skillet": 23, "hot sauce": 19, "lanterns": 14, "teapot": 8, "sofa": 6},
        {"patio heater": 11, "string lights": 10, "fire pit": 7, "adirondack": 4},
    ),
}
DENIED: Final = ("replica", "knock-off")


async def leave_searches(uow: UnitOfWork, world: World) -> None:
    """Synonyms, a rule, words that are never suggested, and counted searches of the last weeks. Once, on record."""
    for market in markets():
        wanted, tenant_id = SEARCHES[market.slug], world.markets[market.slug].id
        hand = Hand(tenant_id, Principal(account_id=world.accounts[market.admin.email], tenant_id=tenant_id), "")
        await import_synonyms(uow, hand, wanted.synonyms)
        pins = [await _listing(uow, tenant_id, title) for title in wanted.first]
        unrefused(await add_rule(uow, hand, Wish(wanted.query, Matching.CONTAINS, tuple(pins), ())))
        unrefused(await deny(uow, hand, DENIED, 1))
        await merchandising.count(uow, _counts(tenant_id, wanted, _days(uow)))


async def _listing(uow: UnitOfWork, tenant_id: int, title: str) -> int:
    listed = await listing_by_slug(uow, tenant_id, slug_of(title))
    if listed is None:
        raise LookupError(f"The demo's marketplace {tenant_id} does not list {title!r}")
    return listed.listing_id


def _days(uow: UnitOfWork) -> list[str]:
    return [day_of(uow.now - timedelta(days=ago)) for ago in range(DAYS)]


def _counts(tenant_id: int, wanted: Wanted, days: Sequence[str]) -> dict[tuple[int, str, str], Counted]:
    """Each search spread evenly, more lately than long ago."""
    counts: dict[tuple[int, str, str], Counted] = {}
    for text, times in (*wanted.found.items(), *wanted.missed.items()):
        for place, day in enumerate(days):
            part = times // len(days) + (place < times % len(days))
            if part:
                is_found = text in wanted.found
                counts[tenant_id, day, compared(text)] = Counted(as_shown(text), part * is_found, part * (not is_found))
    return counts
